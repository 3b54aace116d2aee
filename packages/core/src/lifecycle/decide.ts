import type { Attempt, Draft, EffectRecord, Stamp, Stored } from '../record.ts';
import { approved, delegated, type Approve, type Delegate } from './approve.ts';
import { allowedAnew } from './attempts.ts';
import type { AuditBody } from './audit.ts';
import { change, withoutOpenWork, withoutPauses, type Change } from './change.ts';
import { closed } from './probe.ts';
import { hasHappened, isUsedUp, landingEnd, stateOf, unknownAttempts } from './state.ts';

/**
 * What a person (or retention) may decide of a record. `id` makes a repeated command recognise itself. `suspect` is the
 * epoch of a ledger that may have forgotten: what was last claimed before it may have been sent since.
 */
export type Decision = {
  readonly id: string;
  readonly by: string;
  readonly reason?: string;
  readonly suspect?: number;
} & (
  | Approve
  | Delegate
  /** `fingerprint`: of what the person was shown; absent: whatever waits. */
  | { readonly kind: 'decline'; readonly fingerprint?: string }
  | { readonly kind: 'revoke' | 'cancel' | 'reopen' | 'did_not_happen' | 'probe_again' }
  | { readonly kind: 'happened'; readonly vendorId?: string; readonly result: Stored }
  /** Take it back: what has happened, or, with `open`, whatever of it turns out to have happened. */
  | { readonly kind: 'undo'; readonly open?: true; readonly with?: string }
  | { readonly kind: 'undone'; readonly byHand?: true }
  | { readonly kind: 'undo_by_hand'; readonly why: string }
  | { readonly kind: 'compact' }
);

export type Decided =
  | { readonly kind: 'write'; readonly change: Change }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refuse'; readonly why: string };

const rememberedDecisions = 16;

/** Why, in the person's words, where they said it. */
const said = ({ reason }: Decision): { reason?: string } => (reason === undefined ? {} : { reason });

/** Applies a person's decision, or says why it cannot be. It never erases evidence. */
export function decide(record: EffectRecord, decision: Decision, now: number): Decided {
  if (record.decisions.includes(decision.id)) return { kind: 'unchanged' };
  const next = consequence(record, decision, now);
  if (typeof next === 'string') return { kind: 'refuse', why: next };
  if (next === record) return { kind: 'unchanged' };
  const body: AuditBody = {
    type: 'decided',
    decision: decision.kind,
    by: decision.by,
    ...said(decision),
    ...(decision.kind === 'approve' && decision.breakGlass ? { breakGlass: true } : {}),
    ...(decision.kind === 'delegate' ? { to: decision.to } : {}),
    ...(decision.kind === 'approve' && decision.edit
      ? { edited: { from: decision.edit.from, to: decision.edit.fingerprint.full, paths: decision.edit.paths } }
      : {}),
  };
  const decisions = [...record.decisions, decision.id].slice(-rememberedDecisions);
  return { kind: 'write', change: change({ ...next, decisions }, [body], now) };
}

function consequence(record: EffectRecord, decision: Decision, now: number): Draft | string {
  const state = stateOf(record, now);
  const doubtful = unknownAttempts(record).length > 0;
  switch (decision.kind) {
    case 'approve':
      return approved(record, decision, state, now);
    case 'delegate':
      return delegated(record, decision, state, now);
    case 'decline':
    case 'revoke': {
      if (!record.approval) return 'this effect never asked for approval; cancel it instead';
      if (hasHappened(record)) return 'the effect has happened already; compensate it instead';
      // An answer to a question that was shown, and no revocation of what another has said since.
      if (decision.kind === 'decline' && decision.fingerprint !== undefined && record.approval.state !== 'pending') {
        return `nothing waits for approval here (it is ${record.approval.state})`;
      }
      return {
        ...record,
        approval: {
          ...record.approval,
          state: decision.kind === 'decline' ? 'declined' : 'revoked',
          decidedAt: { after: 0 },
          by: decision.by,
          ...said(decision),
        },
        noMoreAttempts: { at: { after: 0 }, why: 'declined', by: decision.by, ...said(decision) },
      };
    }
    case 'undo':
      return toUndo(record, decision);
    case 'undone':
      if (!hasHappened(record)) return 'it is not known to have happened; settle that first';
      if (decision.byHand === true)
        return { ...record, undo: { ...(record.undo ?? asksFor(decision)), state: 'done' } };
      if (!record.undo) return `nothing is to be taken back here (the effect is ${state})`;
      if (record.undo.state !== 'begun') return 'it was not begun';
      return { ...record, undo: { ...record.undo, state: 'done' } };
    case 'undo_by_hand':
      if (record.undo?.state !== 'begun') return `nothing is being taken back here (the effect is ${state})`;
      return { ...record, undo: { ...record.undo, state: 'by_hand', why: decision.why } };
    case 'cancel':
      if (hasHappened(record)) return 'the effect has happened already; compensate it instead';
      return { ...record, noMoreAttempts: { at: { after: 0 }, why: 'cancelled', by: decision.by, ...said(decision) } };
    case 'happened': {
      const last = unknownAttempts(record).at(-1);
      if (state === 'executing') return 'an attempt is under way; wait until its lease ends';
      if (!last) return `nothing is in doubt here (the effect is ${state})`;
      return happened(record, last, decision.vendorId, decision.result);
    }
    case 'did_not_happen':
      if (state === 'executing') return 'an attempt is under way; wait until its lease ends';
      if (!doubtful) return `nothing is in doubt here (the effect is ${state})`;
      return { ...withoutPauses(record), attempts: closed(record, 'not_applied', 'person'), ...allowedAnew(record) };
    case 'probe_again':
      if (state !== 'stopped') return `only a stopped effect can be probed again (the effect is ${state})`;
      // Nothing is in doubt that could be looked for.
      return doubtful ? withoutPauses(record) : record;
    case 'reopen': {
      if (!isUsedUp(record) && state !== 'rejected' && state !== 'declined' && state !== 'cancelled') {
        return `only a rejected, declined or cancelled effect can be opened again, or one whose attempts are used up (the effect is ${state})`;
      }
      // Another key would send once more what is forgotten under this one.
      if (decision.suspect !== undefined && (record.epoch ?? 0) < decision.suspect) {
        return 'the ledger may have forgotten that it was sent; look at the vendor, then lift the mark';
      }
      const {
        noMoreAttempts: _end,
        result: _result,
        tombstone: _stone,
        undo: _undo,
        ...rest
      } = withoutOpenWork(record);
      return { ...rest, ...allowedAnew(record), generation: record.generation + 1 };
    }
    case 'compact': {
      if (state === 'compensated') return compacted(record, 'succeeded', now);
      if (state !== 'succeeded' && state !== 'rejected' && state !== 'declined' && state !== 'cancelled') {
        return `only a settled effect can be compacted (the effect is ${state})`;
      }
      return compacted(record, state, now);
    }
  }
}

/** Who wants it taken back, since when and why. */
function asksFor(decision: Decision): Pick<NonNullable<Draft['undo']>, 'at' | 'by' | 'reason'> {
  return { at: { after: 0 }, by: decision.by, ...said(decision) };
}

function toUndo(record: EffectRecord, decision: Decision & { kind: 'undo' }): Draft | string {
  const { by, open, with: given = record.undo?.with } = decision;
  const of = { ...asksFor(decision), ...(given === undefined ? {} : { with: given }) };
  if (hasHappened(record)) {
    // Somebody is at it already; what a person must do by hand may be tried once more.
    const { undo } = record;
    if (undo?.state === 'done' || (undo?.state === 'begun' && undo.with === given)) return record;
    return { ...record, undo: { ...of, state: 'begun' } };
  }
  if (open !== true) return 'it is not known to have happened; settle that first, or abort its workflow';
  const end = record.noMoreAttempts ?? ({ at: { after: 0 }, why: 'cancelled', by } as const);
  return { ...record, noMoreAttempts: end, undo: record.undo ?? { ...of, state: 'asked' } };
}

function compacted(
  record: EffectRecord,
  state: NonNullable<EffectRecord['tombstone']>['state'],
  now: number,
): Draft | string {
  if (record.verifyAt !== undefined) return 'one more probe is due here';
  if (now < landingEnd(record)) return 'an attempt may still be on its way; wait for its landing bound';
  const { result: _result, request: _request, requestedBy: _for, edited, ...rest } = record;
  const steps = edited?.steps.map(({ values: _values, ...step }) => step) ?? [];
  return {
    ...rest,
    ...(edited === undefined ? {} : { edited: { ...edited, steps } }),
    attempts: [],
    absences: [],
    tombstone: { at: { after: 0 }, state },
  };
}

function happened(record: EffectRecord, last: Attempt, vendorId: string | undefined, result: Stored): Draft {
  const { request: _request, noMoreAttempts: _end, ...rest } = withoutPauses(record);
  const attempts: Attempt<Stamp>[] = record.attempts.map((attempt) =>
    attempt.token === last.token
      ? {
          ...attempt,
          evidence: 'accepted',
          settledAt: attempt.settledAt ?? { after: 0 },
          basis: 'person',
          ...(vendorId === undefined ? {} : { vendorId }),
        }
      : attempt,
  );
  return { ...rest, attempts, result, ...(vendorId === undefined ? {} : { vendorId }) };
}
