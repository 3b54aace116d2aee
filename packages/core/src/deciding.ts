import { effectKeyOf } from './contract.ts';
import { refuseOther, requireEffect, type EffectId, type FoundEffect } from './effect-ids.ts';
import { effectOf, type Effect } from './effect.ts';
import type { Actor } from './effects.ts';
import { OncelyError } from './errors.ts';
import { seenAs, seenIn, type LedgerSession } from './ledger-session.ts';
import type { Approve } from './lifecycle/approve.ts';
import { decide, type Decision } from './lifecycle/decide.ts';
import type { Codec } from './payload.ts';
import { encodeRecord, type EffectRecord } from './record.ts';
import { reportBrokenGlass, reportDecision } from './reporting.ts';

/** What `mayDecide` is told beside the decision. */
export interface DecisionAsked {
  /** That one word is to be enough, past what the policy asks for. */
  readonly breakGlass?: true;
}

/** Who it is that may decide: where people are counted they are told apart by `as`, and counted for `groups`. */
export interface Allowed {
  readonly as: string;
  readonly groups?: readonly string[];
}

/**
 * Who may decide what; anything but `true` and an `Allowed` refuses. It is given the very record that the decision is
 * applied to: where another writer was first it is asked again, and where other input stands there then, nothing is
 * decided.
 */
export type MayDecide = (
  actor: Actor,
  effect: Effect,
  decision: 'approve' | 'decline' | 'revoke',
  asked: DecisionAsked,
) => boolean | Allowed | Promise<boolean | Allowed>;

interface DecidingParts {
  readonly session: LedgerSession;
  readonly codec: Codec | undefined;
  readonly mayDecide: MayDecide | undefined;
}

type ApprovalDecision = Decision & { readonly kind: 'approve' | 'decline' | 'revoke' };

/** How often a decision is judged anew, on what another writer stored meanwhile. */
const mostRounds = 20;

/** Decides on approvals: what was judged is what is decided, on the revision that was judged. */
export function decidingOn(parts: DecidingParts): (id: EffectId, decision: ApprovalDecision) => Promise<Effect> {
  const { session, codec, mayDecide } = parts;

  const allowed = async (found: FoundEffect, decision: ApprovalDecision): Promise<Partial<Allowed>> => {
    const { by, id, reason } = decision;
    const asked = decision.kind === 'approve' && decision.breakGlass ? ({ breakGlass: true } as const) : {};
    const effect = await effectOf(found.slot, found.record, found.at, codec);
    if (asked.breakGlass && (reason === undefined || reason.trim() === '')) {
      throw new OncelyError('invalid_input', { message: 'breakGlass needs a reason. Nothing was changed.' });
    }
    if (!mayDecide && !asked.breakGlass) return {};
    const actor = { id, by, ...(reason === undefined ? {} : { reason }) };
    const answer = mayDecide ? await mayDecide(actor, effect, decision.kind, asked) : false;
    if (answer === true) return {};
    if (typeof answer === 'object' && answer !== null && typeof answer.as === 'string' && answer.as.trim() !== '') {
      return { as: answer.as, ...(answer.groups === undefined ? {} : { groups: answer.groups }) };
    }
    throw new OncelyError('not_allowed', {
      message: `${by} may not ${asked.breakGlass ? 'break the glass for' : decision.kind} ${effect.key}. Nothing was changed.`,
      effect: effect.key,
    });
  };

  return async (id, decision) => {
    let found = await requireEffect(session, id);
    const { slot } = found;
    const first = found.record.approval;
    for (let round = 0; round < mostRounds; round += 1) {
      const { record, at, revision } = found;
      const isRepeated = record.decisions.includes(decision.id);
      if (!isRepeated) {
        refuseOther(id, slot, record);
        refuseMoved(record, first, decision);
      }
      const who = await allowed(found, decision);
      const word: Decision =
        decision.kind === 'approve' ? { ...decision, ...(who satisfies Partial<Approve>) } : decision;
      const decided = decide(record, word, at);
      if (decided.kind === 'unchanged') return effectOf(slot, record, at, codec);
      if (decided.kind === 'refuse') throw refused(record, decided.why);
      const { draft, index, events } = decided.change;
      const answer = await session.write({ slot, expect: revision, doc: encodeRecord(draft), index, events }, 2_000);
      if (answer.kind === 'written') {
        const after = seenAs(draft, answer);
        reportDecision(slot, record, after, decision);
        if (decision.kind === 'approve' && decision.breakGlass) reportBrokenGlass(slot, record, after.at, decision.by);
        return effectOf(slot, after.record ?? record, after.at, codec);
      }
      if (answer.kind === 'conflict') {
        const seen = seenIn(answer);
        if (!seen.record) throw refused(record, 'the ledger knows it no more');
        found = { slot, record: seen.record, revision: seen.revision, at: seen.at };
      }
    }
    throw refused(found.record, 'others changed it again and again meanwhile; look at it again');
  };
}

/** A word is on the question that was shown: what was asked anew since, for this or other input, nobody was shown. */
function refuseMoved(record: EffectRecord, first: EffectRecord['approval'], decision: ApprovalDecision): void {
  const { approval } = record;
  const isOther = approval?.fingerprint !== first?.fingerprint || approval?.requestedAt !== first?.requestedAt;
  const isUnseen = decision.kind === 'approve' && approval && approval.fingerprint !== decision.fingerprint;
  if (isOther || isUnseen === true) throw refused(record, 'the input has changed since it was shown; look at it again');
}

function refused(record: EffectRecord, why: string): OncelyError {
  const effect = effectKeyOf(record.contract, record.generation);
  return new OncelyError('invalid_input', {
    message: `${effectKeyOf(record.contract)}: ${why}. Nothing was changed.`,
    effect,
  });
}

/** @throws OncelyError `invalid_input` where nobody can have been shown what is approved, or for no time */
export function refuseBadWord(fingerprint: unknown, ttlMs: unknown): void {
  if (typeof fingerprint !== 'string' || fingerprint === '') {
    throw new OncelyError('invalid_input', {
      message: 'fingerprint is missing: which input was the person shown? Nothing was approved.',
      fix: 'effects.approve(key, { by, fingerprint: effect.approval.fingerprint })  // of the effect as it was shown',
    });
  }
  if (ttlMs !== undefined && !(typeof ttlMs === 'number' && Number.isFinite(ttlMs) && ttlMs > 0)) {
    throw new OncelyError('invalid_input', {
      message: 'ttlMs must be a number of milliseconds above 0. Nothing was approved.',
      fix: 'ttlMs: 3_600_000',
    });
  }
}
