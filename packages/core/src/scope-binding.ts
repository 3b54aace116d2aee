import { Readable } from 'node:stream';

/** Runs `fn` and hands on its result, or what its promise resolves to, through `onValue`; `onError` before a throw. */
export function afterwards<T>(fn: () => T, onValue: <R>(value: R) => R, onError: () => void): T {
  const failed = (error: unknown): never => {
    onError();
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

/**
 * Keeps a scope open for what a function returned lazily: iterators, generators and streams run their remaining steps
 * inside the scope, which closes when they end. Anything else closes it at once.
 */
export function bindResult<T>(result: T, inside: <R>(fn: () => R) => R, close: () => void): T {
  if (typeof result !== 'object' || result === null) {
    close();
    return result;
  }
  if (result instanceof ReadableStream) return bindWebStream(result, inside, close) as T;
  if (result instanceof Readable) {
    return Readable.from(bindIterator(result[Symbol.asyncIterator](), inside, close), {
      objectMode: result.readableObjectMode,
    }) as T;
  }
  if (
    typeof (result as { next?: unknown }).next === 'function' &&
    (Symbol.asyncIterator in result || Symbol.iterator in result)
  ) {
    return bindIterator(result as never, inside, close) as T;
  }
  close();
  return result;
}

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

function bindIterator<I extends AnyIterator>(
  iterator: I,
  inside: <R>(fn: () => R) => R,
  close: () => void,
): I & AsyncIterable<unknown> {
  const closing = (step: IteratorResult<unknown>): IteratorResult<unknown> => {
    if (step.done === true) close();
    return step;
  };
  const run = (method: 'next' | 'return' | 'throw', args: unknown[]): unknown => {
    const target = iterator as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
    try {
      const step = inside(() => target[method]?.apply(iterator, args)) as
        | IteratorResult<unknown>
        | Promise<IteratorResult<unknown>>;
      if (!(step instanceof Promise)) return closing(step);
      return step.then(closing, (error: unknown) => {
        close();
        throw error;
      });
    } catch (error) {
      close();
      throw error;
    }
  };
  const bound: I & AsyncIterable<unknown> = new Proxy(iterator as I & AsyncIterable<unknown>, {
    get(target, name) {
      if (name === Symbol.asyncIterator || name === Symbol.iterator) return name in target ? () => bound : undefined;
      if ((name === 'next' || name === 'return' || name === 'throw') && name in target) {
        return (...args: unknown[]) => run(name, args);
      }
      return Reflect.get(target, name, target) as unknown;
    },
  });
  return bound;
}

function bindWebStream(stream: ReadableStream, inside: <R>(fn: () => R) => R, close: () => void): ReadableStream {
  const reader = stream.getReader() as ReadableStreamDefaultReader<unknown>;
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const step = await inside(() => reader.read());
          if (step.done) {
            close();
            controller.close();
          } else {
            controller.enqueue(step.value);
          }
        } catch (error) {
          close();
          controller.error(error);
        }
      },
      async cancel(reason) {
        close();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
