import type { ScopeFrame } from '../scope.ts';

const underWay = new Map<string, Set<Promise<unknown>>>();

/**
 * Runs a call among those of the same effect in the same case. `earlier` resolves when those that began before it have
 * ended: a model may ask for the first and the second occurrence in one response.
 */
export function inTurn<T>(
  { scope }: ScopeFrame,
  effect: string,
  run: (earlier: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify([scope.tenant, scope.businessId, scope.workflowId, effect]);
  const others = underWay.get(key) ?? new Set();
  underWay.set(key, others);
  const before = [...others];
  const running = run(() => Promise.allSettled(before));
  others.add(running);
  const end = (): void => {
    others.delete(running);
    if (others.size === 0 && underWay.get(key) === others) underWay.delete(key);
  };
  running.then(end, end);
  return running;
}
