import type { Verdict } from '../adapter.ts';
import { pauseWorkflow } from '../budgets.ts';
import type { Job, RunnerParts } from '../job.ts';
import { approvalTtlMs } from '../judging.ts';
import type { Seen } from '../ledger-session.ts';
import type { ApprovalRequest, ClaimRequest } from '../lifecycle/claim-request.ts';
import { slotOf } from '../contract.ts';
import { openStored } from '../payload.ts';
import { withoutRoom } from '../lifecycle/room.ts';
import { mayHaveHappened, unknownAttempts } from '../lifecycle/state.ts';
import { elapsedSince, instant, type Instant } from '../permit.ts';
import type { Draft, EffectRecord } from '../record.ts';
import * as refusals from '../refusals.ts';
import * as unsettled from '../unsettled.ts';
import type { Over } from './keeper.ts';
import { claimingMs } from './row.ts';
import { limitsFor, useOf, type Use } from './rules.ts';

type Withheld = Verdict & { readonly evidence: 'not_applied' };

/** Why a write is one too many for a limit. */
export interface Exceeded {
  readonly use: Use;
  readonly why: string;
  readonly roomInMs?: number;
}

/** The limits of one job: room is taken before each claim that sends, by whomever, and held while nobody knows how it ended. */
export interface LimitWatch {
  /** What is asked for before this may be sent, beside what else is. */
  asked(approval: ApprovalRequest | undefined): Pick<ClaimRequest, 'approval'>;
  /**
   * Before a claim that sends. Gives upon what it must be decided anew, where it must.
   * @throws OncelyError `limit_reached`, `workflow_held`
   */
  before(seen: Seen, token: string): Promise<Seen | undefined>;
  claimed(token: string): void;
  /** The draft with what its input takes, for whoever sends it later and cannot read it. */
  noted(draft: Draft): Promise<Draft>;
  /** With the permission in hand: who stood still since room was taken takes it again, or sends nothing. */
  again(seen: Seen, token: string): Promise<Withheld | undefined>;
  /** Gives back what was taken and not claimed. It never throws. */
  end(): Promise<void>;
}

/** `undefined` where no limit speaks of the job, which then costs nothing. */
export function limitWatch(parts: RunnerParts, job: Job): LimitWatch | undefined {
  const { limits, clock, session, codec, closing } = parts;
  const own = limitsFor(limits.all, job.knownAs);
  if (own.length === 0) return undefined;
  const { contract } = job.claim;
  const hasRates = own.some((limit) => isRate({ limit }));
  const slot = slotOf(contract);
  const version = contract.logicVersion;
  const unclaimed = new Map<string, readonly Use[]>();
  let heldAt: { readonly token: string; readonly since: Instant } | undefined;
  let question: NonNullable<ApprovalRequest['limits']> | undefined;

  const usesOf = async (record: EffectRecord | undefined): Promise<readonly Use[]> => {
    const { naming } = await session.info();
    const input = job.parametersOf(
      // Whoever has no input of their own sends what is stored, and so does everybody where an approver has edited it.
      job.prepare && !record?.edited ? undefined : await openStored(record?.request, codec, { slot, kind: 'request' }),
    );
    return own.map((limit) => {
      const noted = input === undefined ? record?.takes?.find((each) => each.limit === limit.id) : undefined;
      return noted ? { ...noted, limit } : useOf(limit, contract, input, naming);
    });
  };

  const take = async (
    use: Use,
    seen: Seen,
    token: string,
    over: boolean,
    again: boolean,
  ): Promise<Over | undefined> => {
    const answer = await limits.keeper.hold({ use, slot, version, token, over }, seen.at, again);
    return answer.kind === 'over' ? answer : undefined;
  };

  /** What there is no room for; nothing is taken then. */
  const exceeded = async (seen: Seen, token: string, again: boolean): Promise<readonly Exceeded[]> => {
    const { suspectSince } = await session.info();
    const uses = await usesOf(seen.record);
    const found: Exceeded[] = [];
    const taken = [...(unclaimed.get(token) ?? [])];
    for (const use of uses) {
      if (isRate(use) && use.uncountable === undefined) continue;
      const over = isApproved(seen, use);
      const why = over
        ? undefined
        : suspectSince === undefined
          ? use.uncountable
          : 'the ledger may have forgotten what was done, so what is left is not known';
      const full = why === undefined ? await take(use, seen, token, over, again) : undefined;
      if (why !== undefined) found.push({ use, why });
      else if (full) {
        const { roomInMs } = full;
        found.push({ use, why: whyOver(use, full), ...(roomInMs === undefined ? {} : { roomInMs }) });
      } else taken.push(use);
    }
    unclaimed.set(token, taken);
    if (found.length === 0) return [];
    await giveBack(token);
    return found;
  };

  /**
   * Waits in line for the places in rates, and gives what stands in the ledger then.
   * @throws OncelyError `limit_reached` or `in_doubt`, where it may wait no longer
   */
  const inTurn = async (before: Seen, token: string, again: boolean): Promise<InTurn> => {
    let seen = before;
    let since: Instant | undefined;
    const isOff = (): boolean => closing.aborted || (job.wanted?.() === false && !mayHaveHappened(seen.record));
    // One order for all, so that no two wait for each other.
    const uses = (await usesOf(seen.record)).filter((use) => isRate(use) && use.uncountable === undefined);
    for (const use of uses.toSorted((one, other) => (one.row < other.row ? -1 : 1))) {
      const ask = async (hasWaited: boolean): Promise<Over | undefined> => {
        // Whoever waited knows neither the time of the ledger nor what others did meanwhile.
        if (hasWaited) seen = await session.read(slot);
        const asked = instant(clock);
        const over = await take(use, seen, token, false, again);
        if (over) return over;
        since ??= asked;
        unclaimed.set(token, [...(unclaimed.get(token) ?? []), use]);
        return undefined;
      };
      const giveUpAt = job.prepare ? { giveUpAt: job.giveUpAt } : {};
      const placed = await limits.keeper.rates.take(use.row, { ask, ...giveUpAt, isOff, signal: closing });
      if (placed.kind === 'taken') continue;
      await giveBack(token);
      if (placed.kind === 'off') return { seen, isOff: true };
      // A call whose time is over says first what it leaves behind.
      const inDoubt = seen.record !== undefined && unknownAttempts(seen.record).length > 0;
      if (job.prepare && inDoubt) throw unsettled.exhausted(job, seen, 0, undefined);
      const { over } = placed;
      const why = over ? whyOver(use, over) : 'others of this process wait for room before it';
      await answer([{ use, why, roomInMs: over?.roomInMs ?? 1_000 }], seen);
    }
    return { seen, ...(since === undefined ? {} : { since }) };
  };

  const giveBack = async (token: string): Promise<void> => {
    const uses = unclaimed.get(token) ?? [];
    unclaimed.delete(token);
    await Promise.all(uses.map((use) => limits.keeper.release(use, token)));
  };

  /** @throws OncelyError where it is not for a person to say */
  const answer = async (found: readonly Exceeded[], seen: Seen): Promise<void> => {
    const [first] = found.filter(({ use }) => use.limit.rule.then !== 'approve');
    if (first) {
      // Recovery has others to do, who may have room.
      if (!job.prepare) await putOff(session, slot, seen, first.roomInMs);
      if (first.use.limit.rule.then !== 'pause' || contract.undo === true) throw refusals.limited(job, seen, first);
      const workflow = await pauseWorkflow(
        session,
        contract,
        `the limit ${first.use.limit.label} is reached: ${first.why}`,
      );
      throw refusals.held(job, seen, workflow);
    }
    question = found.map(({ use, why }) => ({ id: use.limit.id, why: `${use.limit.label}: ${why}` }));
  };

  return {
    asked: (approval) =>
      question === undefined ? {} : { approval: { ...(approval ?? { ttlMs: approvalTtlMs }), limits: question } },
    before: async (seen, token) => {
      if (heldAt?.token === token && elapsedSince(clock, heldAt.since) < claimingMs / 2) return undefined;
      const again = heldAt?.token === token;
      const { seen: now, isOff, since: asked }: InTurn = hasRates ? await inTurn(seen, token, again) : { seen };
      if (isOff) return now;
      // From before it is taken: it counts from the moment at which it was written.
      const since = asked ?? instant(clock);
      const found = await exceeded(now, token, again);
      if (found.length === 0) {
        heldAt = { token, since };
        return now === seen ? undefined : now;
      }
      await answer(found, now);
      return now;
    },
    claimed: (token) => {
      unclaimed.delete(token);
    },
    noted: async (draft) => {
      // What is stored is of this caller's input, or was noted when it was.
      if (!job.prepare || draft.fingerprint.full !== job.claim.fingerprint.full) return draft;
      const takes = (await usesOf(undefined)).map(({ limit, ...use }) => ({ ...use, limit: limit.id }));
      return { ...draft, takes };
    },
    again: async (seen, token) => {
      if (heldAt?.token !== token) return { evidence: 'not_applied', reason: 'limit' };
      if (elapsedSince(clock, heldAt.since) < claimingMs / 2) return undefined;
      const since = instant(clock);
      try {
        const uses = await usesOf(seen.record);
        for (const use of uses) {
          if (await take(use, seen, token, isApproved(seen, use), true))
            return { evidence: 'not_applied', reason: 'limit' };
        }
        heldAt = { token, since };
        return undefined;
      } catch (error) {
        return { evidence: 'not_applied', reason: 'limit', cause: error };
      }
    },
    end: async () => {
      await Promise.all([...unclaimed.keys()].map((token) => giveBack(token).catch(() => {})));
    },
  };
}

interface InTurn {
  readonly seen: Seen;
  /** Before the first place was asked for. */
  readonly since?: Instant;
  readonly isOff?: true;
}

/** One too many of it waits. */
function isRate({ limit }: Pick<Use, 'limit'>): boolean {
  return limit.rule.then === 'wait';
}

function whyOver({ amount }: Use, { over: { used, open, max, lowerUntil } }: Over): string {
  const doubt = open > 0 ? `, ${open} of it open or in doubt` : '';
  const lower = lowerUntil === undefined ? '' : ', the lower maximum of another version that runs here';
  return `it takes ${amount}, and ${used} of ${max} is used${doubt}${lower}`;
}

/** So that whoever recovers next has others to do first. What cannot be written now is met again the sooner. */
async function putOff(
  session: RunnerParts['session'],
  slot: string,
  seen: Seen,
  roomInMs: number | undefined,
): Promise<void> {
  await session.change(slot, seen, (record, at) => withoutRoom(record, roomInMs, at), 1_000).catch(() => undefined);
}

/** Whether a person has approved this very input, knowing that it is one too many for this limit. */
function isApproved({ record, at }: Seen, { limit }: Use): boolean {
  const approval = record?.approval;
  if (approval?.state !== 'approved' || approval.fingerprint !== record?.fingerprint.full) return false;
  if (approval.expiresAt !== undefined && at >= approval.expiresAt) return false;
  return approval.limits?.some(({ id }) => id === limit.id) === true;
}
