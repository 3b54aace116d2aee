import type { Attempt, Draft, EffectRecord, Stamp, Stored } from '../record.ts';
import type { AuditBody } from './audit.ts';
import { change, withoutOpenWork, withoutPauses, type Change } from './change.ts';
import { closed } from './probe.ts';
import { landingEnd, stateOf, unknownAttempts } from './state.ts';

/** What a person (or retention) may decide of a record. `id` makes a repeated command recognise itself. */
export type Decision = { readonly id: string; readonly by: string; readonly reason?: string } & (
  | { readonly kind: 'approve'; readonly fingerprint: string; readonly ttlMs?: number }
  | { readonly kind: 'decline' | 'revoke' | 'cancel' | 'reopen' | 'did_not_happen' | 'probe_again' }
  | { readonly kind: 'happened'; readonly vendorId?: string; readonly result: Stored }
  | { readonly kind: 'compact' }
);

export type Decided =
  | { readonly kind: 'write'; readonly change: Change }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refuse'; readonly why: string };

const rememberedDecisions = 16;

/** Applies a person's decision, or says why it cannot be. It never erases evidence. */
export function decide(record: EffectRecord, decision: Decision, now: number): Decided {
  if (record.decisions.includes(decision.id)) return { kind: 'unchanged' };
  const next = consequence(record, decision, now);
  if (typeof next === 'string') return { kind: 'refuse', why: next };
  const body: AuditBody = {
    type: 'decided',
    decision: decision.kind,
    by: decision.by,
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
  };
  const decisions = [...record.decisions, decision.id].slice(-rememberedDecisions);
  return { kind: 'write', change: change({ ...next, decisions }, [body], now) };
}

function consequence(record: EffectRecord, decision: Decision, now: number): Draft | string {
  const state = stateOf(record, now);
  const doubtful = unknownAttempts(record).length > 0;
  switch (decision.kind) {
    case 'approve': {
      if (record.approval?.state !== 'pending') return `nothing waits for approval here (the effect is ${state})`;
      if (record.approval.fingerprint !== decision.fingerprint) {
        return 'the input has changed since it was shown; look at it again';
      }
      const expired = record.approval.expiresAt !== undefined && now >= record.approval.expiresAt;
      if (expired) return 'the request for approval has expired; run the agent again to ask anew';
      return {
        ...record,
        approval: {
          ...record.approval,
          state: 'approved',
          decidedAt: { after: 0 },
          by: decision.by,
          ...(decision.reason === undefined ? {} : { reason: decision.reason }),
          ...(decision.ttlMs === undefined ? {} : { expiresAt: { after: decision.ttlMs } }),
        },
      };
    }
    case 'decline':
    case 'revoke': {
      if (!record.approval) return 'this effect never asked for approval; cancel it instead';
      if (state === 'succeeded') return 'the effect has happened already; compensate it instead';
      return {
        ...record,
        approval: {
          ...record.approval,
          state: decision.kind === 'decline' ? 'declined' : 'revoked',
          decidedAt: { after: 0 },
          by: decision.by,
        },
        noMoreAttempts: { at: { after: 0 }, why: 'declined', by: decision.by },
      };
    }
    case 'cancel':
      if (state === 'succeeded') return 'the effect has happened already; compensate it instead';
      return { ...record, noMoreAttempts: { at: { after: 0 }, why: 'cancelled', by: decision.by } };
    case 'happened': {
      const last = unknownAttempts(record).at(-1);
      if (state === 'executing') return 'an attempt is under way; wait until its lease ends';
      if (!last) return `nothing is in doubt here (the effect is ${state})`;
      return happened(record, last, decision.vendorId, decision.result);
    }
    case 'did_not_happen':
      if (state === 'executing') return 'an attempt is under way; wait until its lease ends';
      if (!doubtful) return `nothing is in doubt here (the effect is ${state})`;
      return { ...withoutPauses(record), attempts: closed(record, 'not_applied', 'person') };
    case 'probe_again':
      if (state !== 'stopped') return `only a stopped effect can be probed again (the effect is ${state})`;
      return withoutPauses(record);
    case 'reopen': {
      if (state !== 'rejected' && state !== 'declined' && state !== 'cancelled') {
        return `only a rejected, declined or cancelled effect can be opened again (the effect is ${state})`;
      }
      const { noMoreAttempts: _end, result: _result, tombstone: _stone, ...rest } = withoutOpenWork(record);
      return { ...rest, generation: record.generation + 1 };
    }
    case 'compact': {
      if (state !== 'succeeded' && state !== 'rejected' && state !== 'declined' && state !== 'cancelled') {
        return `only a settled effect can be compacted (the effect is ${state})`;
      }
      if (record.verifyAt !== undefined) return 'one more probe is due here';
      if (now < landingEnd(record)) return 'an attempt may still be on its way; wait for its landing bound';
      const { result: _result, request: _request, ...rest } = record;
      return { ...rest, attempts: [], absences: [], tombstone: { at: { after: 0 }, state } };
    }
  }
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
