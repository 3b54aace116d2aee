import type { EffectFrame, ScopeFrame } from './scope.ts';

type Frame = ScopeFrame | EffectFrame;

// On a registered symbol, so that two copies of this package see each other's. Weak: a stream that is given up without
// being cancelled leaves its scope open for ever.
const key = Symbol.for('@oncely/core/open-frames');
const holder = globalThis as unknown as Record<symbol, Set<WeakRef<Frame>> | undefined>;
const open: Set<WeakRef<Frame>> = (holder[key] ??= new Set());

/** Notes a scope or an effect as open; gives what ends that. */
export function noteOpen(frame: Frame): () => void {
  const ref = new WeakRef(frame);
  open.add(ref);
  return () => {
    open.delete(ref);
  };
}

/** Notes that something lives in a scope; the scope is over when what is given was called for all of it. */
export function enter(scope: ScopeFrame): () => void {
  scope.within = (scope.within ?? 0) + 1;
  let left = false;
  return () => {
    if (left) return;
    left = true;
    scope.within = (scope.within ?? 1) - 1;
    if (scope.within === 0) scope.closed = true;
  };
}

/**
 * Whether another scope or effect waits for something that is no call of ours: a call that is met in this one's context
 * may then be meant for it. An effect is named before a scope.
 */
export function anotherWaits(scope: ScopeFrame, effect: EffectFrame | undefined): 'effect' | 'scope' | undefined {
  let found: 'scope' | undefined;
  for (const ref of open) {
    const frame = ref.deref();
    if (frame === undefined || frame.closed) open.delete(ref);
    else if (isIdle(frame) && frame !== effect && !isAround(frame, scope) && !isAround(scope, frame)) {
      if ('id' in frame) return 'effect';
      found = 'scope';
    }
  }
  return found;
}

function isIdle(frame: Frame): boolean {
  return 'id' in frame ? frame.write === undefined : (frame.underWay ?? 0) === 0;
}

/** Whether `frame` is `inner`, or a scope that it was opened in. */
function isAround(frame: Frame, inner: Frame): boolean {
  for (let at: Frame | undefined = inner; at !== undefined; at = 'id' in at ? undefined : at.outer) {
    if (at === frame) return true;
  }
  return false;
}
