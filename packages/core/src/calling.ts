import { slotOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { EffectFrame } from './scope.ts';

// How a caller's call ends, apart from its effect.

/** Remembers with the effect that it was handed in, whatever the vendor's SDK makes of the error that says so. */
export async function handedIn<T>(effect: EffectFrame, performing: Promise<T>): Promise<T> {
  try {
    return await performing;
  } catch (error) {
    if (error instanceof OncelyError && error.code === 'submitted') effect.submitted = true;
    throw error;
  }
}

/** How many callers of one run have not stopped waiting. */
export interface Waiting {
  callers: number;
}

/** Stops waiting when the caller's signal aborts; what was sent goes on. */
export function untilAborted<T>(
  running: Promise<T>,
  signal: AbortSignal | undefined,
  contract: Contract,
  waiting: Waiting,
): Promise<T> {
  if (!signal) return running;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      waiting.callers -= 1;
      reject(
        new OncelyError('aborted', {
          message: `this caller stopped waiting for ${slotOf(contract)}; what was sent of it goes on and may happen. Where nothing was, nothing more is sent once nobody waits.`,
          fix: 'call again with the same input where its outcome matters: it waits for, or gets, that outcome',
          cause: signal.reason,
        }),
      );
    };
    signal.addEventListener('abort', abort, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export function abortedBefore(contract: Contract): OncelyError {
  return new OncelyError('aborted', {
    message: `${slotOf(contract)} was aborted before it began. Nothing was sent.`,
    fix: 'call again with the same input and a signal that is not aborted, where it is wanted after all',
  });
}
