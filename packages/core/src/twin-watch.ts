import type { Verdict } from './adapter.ts';
import type { Job, RunnerParts } from './job.ts';
import { approvalTtlMs } from './judging.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import type { Twin } from './lifecycle/standing.ts';
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
  let twin: Twin | undefined;

  const ask = async (): Promise<{ readonly isNew: boolean; readonly isTold: boolean }> => {
    // From before the guard is asked: what it holds for us counts from the moment at which it was written.
    const at = instant(clock);
    const answer = await underTwinGuard(session, twins, clock, contract, operation, fingerprint.material);
    askedAt = at;
    const isNew = answer !== undefined && !needsPerson;
    const isTold = answer !== undefined && twin === undefined;
    needsPerson ||= isNew;
    twin ??= answer;
    return { isNew, isTold };
  };
  const isFresh = (): boolean => askedAt !== undefined && elapsedSince(clock, askedAt) < claimingMs / 2;

  return {
    asked: () =>
      twin === undefined ? {} : { approval: { ...(job.claim.approval ?? { ttlMs: approvalTtlMs }), twin } },
    before: async (record) => {
      // What may have happened holds its place; what is done about it makes no second one.
      if (record && (hasHappened(record) || unknownAttempts(record).length > 0)) return false;
      if (isFresh()) return false;
      const { isNew, isTold } = await ask();
      // Whoever is asked must be told which other one it is.
      return isNew || isTold;
    },
    again: async () => {
      if (askedAt === undefined || isFresh()) return undefined;
      try {
        return (await ask()).isNew ? { evidence: 'not_applied', reason: 'twin' } : undefined;
      } catch (error) {
        return { evidence: 'not_applied', reason: 'twin', cause: error };
      }
    },
  };
}
