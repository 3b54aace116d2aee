import type { VendorWrite } from './adapter.ts';
import { OncelyError } from './errors.ts';
import type { EffectFrame, ScopeFrame } from './scope.ts';
import { foreign, type Call } from './whose-call.ts';

/** Refuses a write of a scope that was poisoned, or that has ended. */
export function refuseClosed(
  scope: ScopeFrame,
  effect: EffectFrame | undefined,
  write: VendorWrite,
  { late, doubt }: Call,
): void {
  if (scope.poisoned !== undefined) {
    throw new OncelyError('scope_poisoned', {
      message: `${write.operation.name} was not sent: an earlier write of this scope went another way than recorded (${scope.poisoned}).`,
      fix: 'name the writes of this scope: oncely.effect(id, () => ...)',
    });
  }
  if (late === true) {
    const by = doubt === undefined ? '' : ', perhaps by a queue that started it in the context of another task';
    throw new OncelyError('scope_closed', {
      message: `${write.operation.name} was called after its ${scope.closed ? 'scope' : `effect "${effect?.id}"`} had ended${by}. Nothing was sent.`,
      fix: 'await the call inside of it; return from it what makes the call later (a stream, a streamed run); or hand a queue a task that is bound: queue.add(() => flow.effect(id, () => ...))',
    });
  }
}

/**
 * Refuses a call of which it cannot be told that it is this scope's: without a name order is all that it has, of a named
 * effect the one write has been made, and the first write may be that of another effect which has made none either.
 */
export function refuseForeign(
  scope: ScopeFrame,
  effect: EffectFrame | undefined,
  write: VendorWrite,
  { doubt }: Call,
): void {
  if (doubt === undefined) return;
  const isRetry = effect?.write !== undefined;
  if (effect && effect.ended !== true && doubt.queue === undefined && (isRetry || doubt.waits === 'scope')) return;
  throw foreign(write.operation.name, scope, doubt);
}

/** Refuses what the effect does not expect, or what has another name too. Gives what to do once the write is over. */
export function refuseUnexpected(effect: EffectFrame, write: VendorWrite): () => void {
  if (write.name !== undefined) {
    throw new OncelyError('invalid_input', {
      message: `${write.operation.name} brings a name of its own, "${write.name}", inside of the effect "${effect.id}": one write has one name. Nothing was sent.`,
      fix: `drop the one of the call, or make the call directly in the scope, where it names the effect`,
      next: 'fix-code',
    });
  }
  const { expect } = effect.options;
  const allowed = expect === undefined ? undefined : typeof expect === 'string' ? [expect] : expect;
  if (allowed && !allowed.includes(write.operation.name)) {
    throw new OncelyError('unexpected_operation', {
      message: `the effect "${effect.id}" expects ${allowed.join(' or ')} and got ${write.operation.name}. Nothing was sent and nothing was recorded.`,
      fix: `oncely.effect('${effect.id}', { expect: '${write.operation.name}' }, ...) if that is meant`,
    });
  }
  return () => {};
}

/** Takes the scope for one unnamed write, so that a second one at the same time is refused. */
export function reserveUnnamed(scope: ScopeFrame, write: VendorWrite): () => void {
  if (scope.busy !== undefined) {
    throw new OncelyError('parallel_unnamed', {
      message: `${write.operation.name} was called while the unnamed ${scope.busy} was still running; in parallel, order is no identity. It was not sent.`,
      fix: `oncely.effect('a-stable-name', () => ...)`,
    });
  }
  scope.busy = write.operation.name;
  return () => {
    delete scope.busy;
  };
}

/** An unnamed write with the very input of one that its scope has made: a retry, or the same once more. */
export function madeBefore(write: VendorWrite): OncelyError {
  return new OncelyError('parallel_unnamed', {
    message: `${write.operation.name} was called again with the very input of an unnamed write that this scope has made: without a name a retry cannot be told from one more. It was not sent.`,
    fix: "oncely.effect('a-stable-name', () => ...), where a retry is the same effect; for one more on purpose: oncely.effect('a-stable-name', { occurrence: 2 }, () => ...)",
  });
}

/** Poisons a scope: none of its later writes is sent. */
function poison(scope: ScopeFrame, why: string, cause?: unknown): OncelyError {
  scope.poisoned = why;
  return new OncelyError('scope_poisoned', {
    message: `${why}. It was not sent, and no other write of this scope will be.`,
    fix: 'name the writes of this scope: oncely.effect(id, () => ...)',
    cause,
  });
}

/** What an unnamed write failed with; where it was recorded with other input, its scope is poisoned. */
export function poisonedBy(scope: ScopeFrame, step: string, error: unknown): unknown {
  if (!(error instanceof OncelyError) || error.code !== 'input_changed') return error;
  return poison(scope, `${step} was recorded with other input, so this run does not repeat the earlier one`, error);
}

/** Poisons a scope whose unnamed write before this one ended without a clear outcome, where this is not its retry. */
export function refuseAnother(scope: ScopeFrame, operation: string, print: string): void {
  const { pending } = scope;
  if (!pending || (pending.operation === operation && pending.fingerprint === print)) return;
  throw poison(
    scope,
    `the unnamed write before it (${pending.operation}#${pending.number}) ended without a clear outcome, and this is another one`,
  );
}
