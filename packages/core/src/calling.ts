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

/** Stops waiting when the caller's signal aborts; the work goes on. */
export function untilAborted<T>(running: Promise<T>, signal: AbortSignal | undefined, contract: Contract): Promise<T> {
  if (!signal) return running;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(
        new OncelyError('aborted', {
          message: `this caller stopped waiting for ${slotOf(contract)}; the effect goes on and may happen.`,
          cause: signal.reason,
        }),
      );
    };
    signal.addEventListener('abort', abort, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export function abortedBefore(contract: Contract): OncelyError {
  return new OncelyError('aborted', { message: `${slotOf(contract)} was aborted before it began. Nothing was sent.` });
}
