/** Runs `fn` and hands on its result, or what its promise resolves to, through `onValue`; `onError` before a throw. */
export function afterwards<T>(fn: () => T, onValue: <R>(value: R) => R, onError: (error: unknown) => void): T {
  const failed = (error: unknown): never => {
    onError(error);
    throw error;
  };
  let result: T;
  try {
    result = fn();
  } catch (error) {
    return failed(error);
  }
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return onValue(result);
  return Promise.resolve(result).then(onValue, failed) as T;
}

/** Begins what starts only once somebody waits for it (a lazy query, a builder), so that it starts where it was made. */
export function begun<T>(result: T): T {
  if (result instanceof Promise || typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') {
    return result;
  }
  return new Promise((resolve, reject) => {
    (result as PromiseLike<unknown>).then(resolve, reject);
  }) as T;
}
