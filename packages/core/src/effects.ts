import { randomUUID } from 'node:crypto';

import type { Fact, Restored, WireResponse } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { decidingOn, refuseUnseen, type MayDecide } from './deciding.ts';
import { refuseBadTime, refuseBadWord } from './operators-options.ts';
import { editOf, type EditingParts } from './editing.ts';
import { effectOf, type Effect } from './effect.ts';
import { findEffect, refuseOther, requireEffect, type EffectId, type FoundEffect } from './effect-ids.ts';
import { factsFor } from './facts.ts';
import { effectKeyOf, slotOf } from './contract.ts';
import { OncelyError } from './errors.ts';
import { listEffects, type EffectsPage, type EffectsQuery } from './listing.ts';
import type { Edit } from './lifecycle/edit.ts';
import { lapsedWords } from './lifecycle/standing.ts';
import { hasHappened, isUsedUp, stateOf } from './lifecycle/state.ts';
import { openStored, storeResult } from './payload.ts';
import type { EffectRecord } from './record.ts';
import { finish } from './recover.ts';
import { decideEach, type DecidedOne, type Shown } from './several.ts';
import { takeBack, undoOf } from './undo.ts';

/** Who decides, and why; both go into the audit. */
export interface Actor {
  readonly by: string;
  readonly reason?: string;
  /** Makes a repeated command recognise itself. Default: random. */
  readonly id?: string;
}

export interface Effects {
  /**
   * By slot, effect key or contract; `undefined` where there is none. A text that is one effect's slot and another's key
   * is refused, here and in every call below; a contract is never ambiguous.
   */
  get(id: EffectId): Promise<Effect | undefined>;
  list(query?: EffectsQuery): Promise<EffectsPage>;
  /** The audit events of an effect, in order. */
  history(id: EffectId): Promise<readonly { readonly at: number; readonly event: Readonly<Record<string, unknown>> }[]>;
  /** A person's word on what is in doubt: it happened (as this vendor object), or it did not and may be sent again. */
  resolve(
    id: EffectId,
    truth: { readonly happened: { readonly vendorId?: string } | false },
    actor: Actor,
  ): Promise<Effect>;
  /** Approves the input that the person was shown: `fingerprint` is that of `effect.approval`. Other input is refused. */
  approve(
    id: EffectId,
    actor: Actor & {
      readonly fingerprint: string;
      /** How long the approval holds from now, in milliseconds; no longer than the policy lets it. */
      readonly ttlMs?: number;
      /** In an emergency, with a reason: this one word is enough. `mayDecide` must allow it; it raises an alarm. */
      readonly breakGlass?: true;
      /**
       * What is changed of it before it is sent, by path: `{ amount: 500 }`, with a `reason`. The policy says what may be
       * (`editable`); who asked gets the edited outcome, and is told what was changed and why.
       */
      readonly set?: Readonly<Record<string, string | number | boolean>>;
      /** Performs it at once, where it is then fully approved. Else the caller's replay or `recover()` does. */
      readonly perform?: boolean;
    },
  ): Promise<Effect>;
  decline(id: EffectId, actor: Actor): Promise<Effect>;
  /**
   * Approves each of several with one reason, each bound to the fingerprint that the person was shown. `mayDecide` is
   * asked for each. What is refused of one is told with it, and holds back no other; only a list that is no list rejects.
   */
  approveAll(
    shown: readonly Shown[],
    actor: Actor & { readonly ttlMs?: number; readonly perform?: boolean },
  ): Promise<readonly DecidedOne[]>;
  /** Declines each of several with one reason. Other input than the person was shown is not declined. */
  declineAll(shown: readonly Shown[], actor: Actor): Promise<readonly DecidedOne[]>;
  /**
   * Gives this person's word on a waiting question to another, for this question alone: whoever has it speaks for the
   * groups of both and counts once, and who gave it away approves no more. `mayDecide` is asked for both.
   */
  delegate(id: EffectId, actor: Actor & { readonly fingerprint: string; readonly to: string }): Promise<Effect>;
  /**
   * What the vendor says now of the objects that a waiting approval names, to help whoever decides: it is read when this
   * is called, as of `at` by the ledger's clock, and neither stored nor judged. Where it cannot be read, `problem` says so.
   */
  facts(id: EffectId): Promise<{ readonly at: number; readonly facts: readonly Fact[]; readonly problem?: string }>;
  /** Takes an approval back. Where a claim was first, what it sent is looked for and nothing more is sent. */
  revoke(id: EffectId, actor: Actor): Promise<Effect>;
  /** Performs what was handed in or approved, or settles its doubt, as far as it can be within the time. */
  complete(id: EffectId, options?: { readonly deadlineMs?: number }): Promise<Effect>;
  /**
   * Takes back what has happened, by an effect of its own that survives crashes as any other. What no program can take
   * back says so in `compensation`; `byHand` is a person's word that they did. `with` is for the adapter.
   */
  compensate(
    id: EffectId,
    actor: Actor & { readonly with?: unknown; readonly byHand?: true; readonly deadlineMs?: number },
  ): Promise<Effect>;
  /** Nothing more is sent; what may have happened is still looked for. */
  cancel(id: EffectId, actor: Actor): Promise<Effect>;
  /** Opens a rejected, declined or cancelled effect again, under a new key. */
  reopen(id: EffectId, actor: Actor): Promise<Effect>;
  /** Looks a stopped effect up once more: a scope was added, a mailbox is readable now. */
  probeAgain(id: EffectId, actor: Actor): Promise<Effect>;
}

export function createEffects(
  parts: EditingParts & { readonly mayDecide: MayDecide | undefined; readonly waitMs: number },
): Effects {
  const { session, codec, clock } = parts;

  const find = (id: EffectId): Promise<FoundEffect> => requireEffect(session, id);

  const { decide: apply, judge } = decidingOn({ session, codec, mayDecide: parts.mayDecide });

  const complete = async (id: EffectId, deadlineMs = parts.waitMs): Promise<Effect> => {
    const { slot, record: before } = await find(id);
    const why = await finish(parts, slot, clock.monotonic() + deadlineMs);
    const { record, at } = await find(before.contract);
    const words = record.approval?.state === 'pending' ? lapsedWords(record.approval) : '';
    return openFor(why ?? (words === '' ? undefined : words), await effectOf(slot, record, at, codec));
  };

  const shown = async (record: EffectRecord, vendorId: string): Promise<Restored | undefined> => {
    const place = { slot: slotOf(record.contract), kind: 'request' } as const;
    const request = await openStored(record.request, codec, place).catch(() => undefined);
    const origin = parts.originOf(record.client, record.account);
    const { naming } = await session.info();
    return origin?.connection.restore({ ...targetOf(record, naming, request), vendorId });
  };

  const decisionOf = (actor: Actor): { id: string; by: string; reason?: string } => {
    if (typeof actor?.by !== 'string' || actor.by.trim() === '') {
      throw new OncelyError('invalid_input', { message: 'by is missing: who decides this? Nothing was changed.' });
    }
    return {
      id: actor.id ?? randomUUID(),
      by: actor.by,
      ...(actor.reason === undefined ? {} : { reason: actor.reason }),
    };
  };

  const edited = async (
    id: EffectId,
    actor: Actor & { readonly fingerprint: string },
    set: unknown,
  ): Promise<Edit | undefined> => {
    if (typeof set !== 'object' || set === null) {
      throw new OncelyError('invalid_input', {
        message: 'effects.approve: set must be an object of paths. Nothing was changed.',
        fix: 'set: { amount: 500 }, or leave it out',
      });
    }
    const found = await find(id);
    // A repeated command meets what it made itself.
    if (actor.id !== undefined && found.record.decisions.includes(actor.id)) return undefined;
    refuseOther(id, found.slot, found.record);
    refuseUnseen(found.record, actor.fingerprint);
    return editOf(parts, found, actor.reason, set as Readonly<Record<string, unknown>>);
  };

  /** What a program has begun to take back is ended before a person's word that they did. */
  const endUndo = async (of: EffectRecord, decision: ReturnType<typeof decisionOf>): Promise<void> => {
    const slot = slotOf(undoOf(of.contract));
    const { record, at } = await session.read(slot);
    if (!record) return;
    const state = stateOf(record, at);
    if (state === 'awaiting_approval' || state === 'ready' || isUsedUp(record)) {
      await apply(record.contract, { ...decision, kind: 'cancel' });
    } else if (state === 'executing' || state === 'in_doubt' || state === 'stopped') {
      const effect = effectKeyOf(record.contract, record.generation);
      throw new OncelyError('invalid_input', {
        message: `${effect} takes it back and is ${state.replace('_', ' ')}: settle that first, or it may be taken back twice. Nothing was changed.`,
        effect,
      });
    }
  };

  return {
    get: async (id) => {
      const found = await findEffect(session, id);
      return found && effectOf(found.slot, found.record, found.at, codec);
    },
    list: (query = {}) => listEffects(session, codec, query),
    history: async (id) => {
      const { slot } = await find(id);
      const rows = await session.ledger.history(slot);
      return rows.map((row) => ({ at: row.at, event: JSON.parse(row.doc) as Record<string, unknown> }));
    },
    resolve: async (id, truth, actor) => {
      const decision = decisionOf(actor);
      if (truth.happened === false) return apply(id, { ...decision, kind: 'did_not_happen' });
      const { vendorId } = truth.happened;
      const { record, slot } = await find(id);
      await judge(id, {
        ...decision,
        kind: 'happened',
        result: unread,
        ...(vendorId === undefined ? {} : { vendorId }),
      });
      // What the vendor still shows is worth more than an empty result; where it shows nothing, the word stands.
      const restored = vendorId === undefined ? undefined : await shown(record, vendorId).catch(() => undefined);
      const { remember = 'all', ...response } = restored ?? {};
      const { result: keep } = parts.keepingOf(record.operation);
      const result = await storeResult(restored && (response as WireResponse), remember, codec, slot, keep);
      return apply(id, { ...decision, kind: 'happened', result, ...(vendorId === undefined ? {} : { vendorId }) });
    },
    approve: async (id, actor) => {
      const { fingerprint, ttlMs, breakGlass, set } = actor;
      refuseBadWord(fingerprint, ttlMs);
      const edit = set === undefined ? undefined : await edited(id, actor, set);
      const approved = await apply(id, {
        ...decisionOf(actor),
        kind: 'approve',
        fingerprint,
        ...(ttlMs === undefined ? {} : { ttlMs }),
        ...(breakGlass === true ? { breakGlass } : {}),
        ...(edit ? { edit } : {}),
      });
      return actor.perform === true && approved.approval?.state === 'approved' ? complete(approved.contract) : approved;
    },
    facts: async (id) => {
      const { slot, record, at } = await find(id);
      return factsFor(parts, await effectOf(slot, record, at, codec), at);
    },
    decline: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'decline' }),
    approveAll: async (shown, { perform, ttlMs, ...actor }) => {
      const decision = decisionOf(actor);
      refuseBadTime(ttlMs);
      const word = { ...decision, kind: 'approve', ...(ttlMs === undefined ? {} : { ttlMs }) } as const;
      return decideEach(
        'approveAll',
        shown,
        ({ key, fingerprint }) => apply(key, { ...word, fingerprint }),
        perform === true ? ({ contract }) => complete(contract) : undefined,
      );
    },
    declineAll: async (shown, actor) => {
      const word = { ...decisionOf(actor), kind: 'decline' } as const;
      return decideEach('declineAll', shown, ({ key, fingerprint }) => apply(key, { ...word, fingerprint }));
    },
    delegate: async (id, actor) => {
      const { fingerprint, to } = actor;
      refuseBadWord(fingerprint, undefined);
      if (typeof to !== 'string' || to.trim() === '') {
        throw new OncelyError('invalid_input', {
          message: 'to is missing: who decides in their place? Nothing was changed.',
        });
      }
      return apply(id, { ...decisionOf(actor), kind: 'delegate', fingerprint, to });
    },
    revoke: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'revoke' }),
    complete: (id, options) => complete(id, options?.deadlineMs),
    compensate: async (id, { with: options, byHand, deadlineMs, ...actor }) => {
      const decision = decisionOf(actor);
      if (byHand) {
        const word = { ...decision, id: `${decision.id} by hand` };
        const { slot, record } = await find(id);
        refuseOther(id, slot, record);
        // Before anything is ended for it.
        await judge(id, { ...word, kind: 'undone', byHand });
        if (hasHappened(record)) await endUndo(record, word);
        return apply(id, { ...word, kind: 'undone', byHand });
      }
      const given = options === undefined ? {} : { with: JSON.stringify(options) };
      const begun = await apply(id, { ...decision, kind: 'undo', ...given });
      const why = await takeBack(parts, begun.slot, clock.monotonic() + (deadlineMs ?? parts.waitMs));
      const { slot, record, at } = await find(begun.contract);
      return openFor(why, await effectOf(slot, record, at, codec));
    },
    cancel: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'cancel' }),
    reopen: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'reopen' }),
    probeAgain: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'probe_again' }),
  };
}

/** In the place of a result that is not read before it is known that the person may say so. */
const unread = { kind: 'omitted', reason: 'unknown' } as const;

function openFor(why: string | undefined, effect: Effect): Effect {
  return why === undefined ? effect : { ...effect, open: why };
}
