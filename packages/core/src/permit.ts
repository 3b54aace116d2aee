import type { Permit } from './adapter.ts';
import type { Clock } from './clock.ts';
import { crashPoint } from './crash-point.ts';
import { entrusted } from './adapter-kit/entrusting.ts';

/** Thrown by `check`; the adapter lets it pass or reports that nothing was sent. */
export class PermitDenied extends Error {
  override readonly name = 'PermitDenied';
}

export interface IssuedPermit extends Permit {
  readonly [entrusted]: () => void;
  /** Whether the check was passed: from then on the vendor may have been called. */
  readonly passed: boolean;
  /** Whether the adapter asked for it at all, or left it to what asks at the last moment: only then is "not passed" a proof. */
  readonly guarded: boolean;
}

/** A point in time on both clocks: monotonic time stands still in a suspended machine, wall time may jump. */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

export function instant(clock: Clock): Instant {
  return { monotonic: clock.monotonic(), wall: clock.wall() };
}

/** By whichever clock went further. */
export function elapsedSince(clock: Clock, start: Instant): number {
  return Math.max(clock.monotonic() - start.monotonic, clock.wall() - start.wall);
}

/**
 * Permission to send once within `windowMs`, counted from `start`, which lies before the claim was first tried. The
 * window ends before the lease does, so whoever takes over finds nothing of ours still to be sent.
 */
export function issuePermit(options: {
  readonly clock: Clock;
  readonly start: Instant;
  readonly windowMs: number;
  /** Until when an answer is awaited: the lease, or what the caller has left of its time. */
  readonly answerMs: number;
  readonly slot: string;
  readonly withdrawn: () => string | undefined;
}): IssuedPermit {
  const { clock, start, windowMs, answerMs, slot } = options;
  let passed = false;
  let guarded = false;
  const elapsed = (): number => elapsedSince(clock, start);
  return {
    get passed() {
      return passed;
    },
    get guarded() {
      return guarded;
    },
    [entrusted]: () => {
      guarded = true;
    },
    check() {
      guarded = true;
      crashPoint('before_send', slot);
      if (passed) throw new PermitDenied('this attempt has sent already; one attempt sends once');
      const withdrawn = options.withdrawn();
      if (withdrawn !== undefined) throw new PermitDenied(withdrawn);
      // Said this way round, so that a window which is no number is none.
      if (!(elapsed() < windowMs)) throw new PermitDenied('the send window is over');
      passed = true;
      crashPoint('after_check', slot);
    },
    remainingMs: () => Math.max(1, answerMs - elapsed()),
  };
}
