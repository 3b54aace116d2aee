import type { Verdict, WireResponse } from './adapter.ts';
import type { RunOutcome } from './events.ts';
import { backoffMs, type Job, type RunnerParts } from './job.ts';
import type { Seen } from './ledger-session.ts';
import { hasHappened, stateOf, unknownAttempts } from './lifecycle/state.ts';
import type { EffectRecord } from './record.ts';
import type { RecordedNo } from './scope.ts';
import { refuseUnchecked } from './unchecked.ts';
import * as unsettled from './unsettled.ts';

export interface Ended {
  readonly response: WireResponse;
  /** Whether the effect is over; a rate limit or a missing scope leaves it open. */
  readonly definite: boolean;
  readonly outcome: Exclude<RunOutcome, 'failed'>;
  /** Nothing was sent for this call: the recorded outcome was given. */
  readonly replayed?: boolean;
  readonly recordedNo?: RecordedNo;
}

/** The response for the caller once its attempt is settled; `undefined` where the lifecycle must go on. */
export async function afterSettle(
  { clock, options, closing }: Pick<RunnerParts, 'clock' | 'options' | 'closing'>,
  job: Job,
  seen: Seen,
  verdict: Verdict,
  sends: number,
  said?: unknown,
): Promise<Ended | undefined> {
  const { sends: most = options.maxAttempts } = job;
  switch (verdict.evidence) {
    case 'accepted':
      return { response: verdict.response, definite: true, outcome: 'performed' };
    case 'rejected': {
      const over = seen.record !== undefined && stateOf(seen.record, seen.at) === 'rejected';
      return over ? { response: verdict.response, definite: true, outcome: 'rejected' } : undefined;
    }
    case 'not_applied': {
      // Another may have brought it to its end meanwhile; what stands in the record comes first.
      const state = seen.record && stateOf(seen.record, seen.at);
      if (state === 'rejected' || (seen.record && hasHappened(seen.record))) return undefined;
      if (verdict.environment !== true) {
        if (state !== 'ready') return undefined;
        const waitMs = verdict.retryAfterMs ?? backoffMs(sends);
        if (sends < most && clock.monotonic() + waitMs < job.giveUpAt && !closing.aborted) {
          // A pause that stands in the record is waited by the lifecycle: here it would be waited twice.
          if (seen.record?.retryAt === undefined) await clock.sleep(waitMs, closing);
          return undefined;
        }
      }
      const inDoubt = seen.record !== undefined && unknownAttempts(seen.record).length > 0;
      if (verdict.response && !inDoubt) {
        return { response: verdict.response, definite: false, outcome: 'not_applied' };
      }
      throw unsettled.notSent(job, verdict, inDoubt ? seen.record : undefined, said);
    }
    case 'unknown':
      refuseUnchecked(job, verdict);
      if (sends < most && seen.record?.retryAt === undefined)
        await clock.sleep(Math.min(backoffMs(sends), Math.max(0, job.giveUpAt - clock.monotonic())), closing);
      return undefined;
  }
}

/** What an error of this call is caused by: while there is doubt, what the vendor said, or did not, to what is in doubt. */
export function causeAfter(verdict: Verdict, { attempts }: EffectRecord, before: unknown): unknown {
  const cause = 'cause' in verdict ? verdict.cause : undefined;
  const doubted = attempts.slice(0, -1).some(({ evidence }) => evidence === 'unknown');
  return verdict.evidence === 'unknown' || !doubted ? (cause ?? before) : (before ?? cause);
}
