import { randomUUID } from 'node:crypto';

import type { Restored, WireResponse } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { effectKeyOf, slotOf, type Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { Keeping } from './keeping.ts';
import type { LedgerSession } from './ledger-session.ts';
import { decide, type Decision } from './lifecycle/decide.ts';
import { stateOf } from './lifecycle/state.ts';
import { openStored, storeResult, type Codec } from './payload.ts';
import type { Origin } from './perform.ts';
import { decodeRecord, type Approval, type Attempt, type EffectRecord, type EffectState } from './record.ts';

/** An effect as people see it; times are the ledger's, in milliseconds since 1970. */
export interface Effect {
  readonly slot: string;
  readonly key: string;
  readonly contract: Contract;
  readonly state: EffectState;
  readonly operation: string;
  readonly client: string;
  readonly account: string;
  readonly generation: number;
  readonly vendorId?: string;
  readonly createdAt: number;
  readonly retryAt?: number;
  /** Why it stopped, where it did. */
  readonly stopped?: string;
  readonly approval?: Approval;
  readonly divergence?: readonly string[];
  /** Without their tokens, which are permissions. */
  readonly attempts: readonly Omit<Attempt, 'token'>[];
}

/** Who decides, and why; both go into the audit. */
export interface Actor {
  readonly by: string;
  readonly reason?: string;
  /** Makes a repeated command recognise itself. Default: random. */
  readonly id?: string;
}

export interface Effects {
  /** By slot, effect key or contract; `undefined` where there is none. */
  get(id: string | Contract): Promise<Effect | undefined>;
  list(query?: {
    readonly state?: EffectState;
    readonly limit?: number;
    readonly after?: string;
  }): Promise<{ readonly effects: readonly Effect[]; readonly next?: string }>;
  /** The audit events of an effect, in order. */
  history(
    id: string | Contract,
  ): Promise<readonly { readonly at: number; readonly event: Readonly<Record<string, unknown>> }[]>;
  /** A person's word on what is in doubt: it happened (as this vendor object), or it did not and may be sent again. */
  resolve(
    id: string | Contract,
    truth: { readonly happened: { readonly vendorId?: string } | false },
    actor: Actor,
  ): Promise<Effect>;
  /** Approves the input that the person was shown: `fingerprint` is that of `effect.approval`. Other input is refused. */
  approve(
    id: string | Contract,
    actor: Actor & { readonly fingerprint: string; readonly ttlMs?: number },
  ): Promise<Effect>;
  decline(id: string | Contract, actor: Actor): Promise<Effect>;
  /** Nothing more is sent; what may have happened is still looked for. */
  cancel(id: string | Contract, actor: Actor): Promise<Effect>;
  /** Opens a rejected, declined or cancelled effect again, under a new key. */
  reopen(id: string | Contract, actor: Actor): Promise<Effect>;
  /** Looks a stopped effect up once more: a scope was added, a mailbox is readable now. */
  probeAgain(id: string | Contract, actor: Actor): Promise<Effect>;
}

export function createEffects(parts: {
  readonly session: LedgerSession;
  readonly codec: Codec | undefined;
  readonly originOf: (client: string, account: string) => Origin | undefined;
  readonly keepingOf: (operation: string) => Keeping;
}): Effects {
  const { session, codec } = parts;

  const find = async (
    id: string | Contract,
  ): Promise<{ slot: string; record: EffectRecord; revision: number; at: number }> => {
    for (const slot of slotsOf(id)) {
      const { record, revision, at } = await session.read(slot);
      if (record) return { slot, record, revision, at };
    }
    throw new OncelyError('not_found', {
      message: `there is no effect ${typeof id === 'string' ? id : slotOf(id)} in this ledger.`,
    });
  };

  const apply = async (id: string | Contract, decision: Decision): Promise<Effect> => {
    const { slot, ...found } = await find(id);
    const { record, at } = await session.change(
      slot,
      found,
      (current, now) => {
        // A repeated command may meet what it made itself.
        if (!current.decisions.includes(decision.id)) refuseOther(id, slot, current);
        const decided = decide(current, decision, now);
        if (decided.kind === 'refuse') {
          throw new OncelyError('invalid_input', { message: `${effectKeyOf(current.contract)}: ${decided.why}.` });
        }
        return decided.kind === 'write' ? decided.change : undefined;
      },
      2_000,
    );
    return effectOf(slot, record ?? found.record, at);
  };

  const shown = async (record: EffectRecord, vendorId: string): Promise<Restored | undefined> => {
    const place = { slot: slotOf(record.contract), kind: 'request' } as const;
    const request = await openStored(record.request, codec, place).catch(() => undefined);
    const origin = parts.originOf(record.client, record.account);
    return origin?.connection.restore({ ...targetOf(record, request), vendorId });
  };

  const decisionOf = (actor: Actor): { id: string; by: string; reason?: string } => {
    if (!actor.by) throw new OncelyError('invalid_input', { message: 'by is missing: who decides this?' });
    return {
      id: actor.id ?? randomUUID(),
      by: actor.by,
      ...(actor.reason === undefined ? {} : { reason: actor.reason }),
    };
  };

  return {
    get: async (id) => {
      for (const slot of slotsOf(id)) {
        const { record, at } = await session.read(slot);
        if (record) return effectOf(slot, record, at);
      }
      return undefined;
    },
    list: async ({ state, limit = 100, after } = {}) => {
      await session.info();
      const effects: Effect[] = [];
      let cursor: string | undefined = after ?? '';
      // The stored state is as of the last write; doubt comes by time alone, so the filter is on the derived one.
      while (cursor !== undefined && effects.length < limit) {
        const page: Awaited<ReturnType<typeof session.ledger.list>> = await session.ledger.list({
          limit: 200,
          after: cursor,
        });
        cursor = page.next;
        for (const row of page.rows) {
          if (row.slot.startsWith('=') || row.slot.startsWith('?')) continue;
          const effect = effectOf(row.slot, decodeRecord(row.doc, row.at), page.at);
          if (state !== undefined && effect.state !== state) continue;
          effects.push(effect);
          if (effects.length === limit) return { effects, next: row.slot };
        }
      }
      return { effects };
    },
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
      // What the vendor still shows is worth more than an empty result; where it shows nothing, the word stands.
      const restored = vendorId === undefined ? undefined : await shown(record, vendorId).catch(() => undefined);
      const { remember = 'all', ...response } = restored ?? {};
      const { result: keep } = parts.keepingOf(record.operation);
      const result = await storeResult(restored && (response as WireResponse), remember, codec, slot, keep);
      return apply(id, { ...decision, kind: 'happened', result, ...(vendorId === undefined ? {} : { vendorId }) });
    },
    approve: (id, actor) =>
      apply(id, {
        ...decisionOf(actor),
        kind: 'approve',
        fingerprint: actor.fingerprint,
        ...(actor.ttlMs === undefined ? {} : { ttlMs: actor.ttlMs }),
      }),
    decline: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'decline' }),
    cancel: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'cancel' }),
    reopen: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'reopen' }),
    probeAgain: (id, actor) => apply(id, { ...decisionOf(actor), kind: 'probe_again' }),
  };
}

/** A slot as it is, and an effect key without its version and generation. */
function slotsOf(id: string | Contract): string[] {
  if (typeof id !== 'string') return [slotOf(id)];
  const short = id.replace(/:v\d+(:g\d+)?$/, '');
  return short === id ? [id] : [short, id];
}

/** Refuses a decision on another version or generation than the one that stands, which nobody was shown. */
function refuseOther(id: string | Contract, slot: string, record: EffectRecord): void {
  const [, version, generation] =
    typeof id === 'string' ? (/:v(\d+)(?::g(\d+))?$/.exec(id.slice(slot.length)) ?? []) : [];
  const about = typeof id === 'string' ? Number(version ?? record.contract.logicVersion) : id.logicVersion;
  if (about === record.contract.logicVersion && Number(generation ?? record.generation) === record.generation) return;
  throw new OncelyError('invalid_input', {
    message: `this is a decision on ${typeof id === 'string' ? id : effectKeyOf(id)}, and what stands there now is ${effectKeyOf(record.contract, record.generation)}; look at it again. Nothing was changed.`,
  });
}

function effectOf(slot: string, record: EffectRecord, at: number): Effect {
  return {
    slot,
    key: effectKeyOf(record.contract, record.generation),
    contract: record.contract,
    state: stateOf(record, at),
    operation: record.operation,
    client: record.client,
    account: record.account,
    generation: record.generation,
    createdAt: record.createdAt,
    ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
    ...(record.retryAt === undefined ? {} : { retryAt: record.retryAt }),
    ...(record.halt === undefined ? {} : { stopped: record.halt.reason }),
    ...(record.approval === undefined ? {} : { approval: record.approval }),
    ...(record.divergence === undefined ? {} : { divergence: record.divergence.vendorIds }),
    attempts: record.attempts.map(({ token: _token, ...attempt }) => attempt),
  };
}
