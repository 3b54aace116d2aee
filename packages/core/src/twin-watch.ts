import type { Verdict } from './adapter.ts';
import type { Job, RunnerParts } from './job.ts';
import { approvalTtlMs } from './judging.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import { hasHappened, unknownAttempts } from './lifecycle/state.ts';
import { elapsedSince, instant, type Instant } from './permit.ts';
import type { EffectRecord } from './record.ts';
import { claimingMs, underTwinGuard } from './twins.ts';

type Withheld = Verdict & { readonly evidence: 'not_applied' };

/** The twin guard of one job: asked wherever something is about to be sent or left to be sent, by whomever. */
export interface TwinWatch {
  /** What the guard asks for before this may be sent. */
  asked(): Pick<ClaimRequest, 'approval'>;
  /**
   * Before a claim, or before what is left for another to claim. Gives whether it must be decided anew.
   * @throws OncelyError `twin`
   */
  before(record: EffectRecord | undefined): Promise<boolean>;
  /**
   * With the permission in hand. Who stood still since the guard was asked counts for nobody's twin any more, so it is
   * asked again; where another was faster, nothing is sent under this permission.
   */
  again(): Promise<Withheld | undefined>;
}

const open: TwinWatch = {
  asked: () => ({}),
  before: async () => false,
  again: async () => undefined,
};

export function twinWatch(parts: RunnerParts, job: Job): TwinWatch {
  const { twins, clock, session } = parts;
  const { contract, operation, fingerprint } = job.claim;
  if (!twins || contract.undo === true || contract.slotScope === 'business') return open;
  let askedAt: Instant | undefined;
  let needsPerson = job.claim.approval !== undefined;

  const ask = async (): Promise<boolean> => {
    // From before the guard is asked: what it holds for us counts from the moment at which it was written.
    const at = instant(clock);
    const answer = await underTwinGuard(session, twins, clock, contract, operation, fingerprint.material);
    askedAt = at;
    const isNew = answer === 'approve' && !needsPerson;
    needsPerson ||= isNew;
    return isNew;
  };
  const isFresh = (): boolean => askedAt !== undefined && elapsedSince(clock, askedAt) < claimingMs / 2;

  return {
    asked: () => (needsPerson && job.claim.approval === undefined ? { approval: { ttlMs: approvalTtlMs } } : {}),
    before: async (record) => {
      // What may have happened holds its place; what is done about it makes no second one.
      if (record && (hasHappened(record) || unknownAttempts(record).length > 0)) return false;
      return isFresh() ? false : ask();
    },
    again: async () => {
      if (askedAt === undefined || isFresh()) return undefined;
      try {
        return (await ask()) ? { evidence: 'not_applied', reason: 'twin' } : undefined;
      } catch (error) {
        return { evidence: 'not_applied', reason: 'twin', cause: error };
      }
    },
  };
}
