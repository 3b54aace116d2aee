import type { Clock } from './clock.ts';
import { slotOf, workflowKeyOf, workflowOfSlot, type Contract } from './contract.ts';
import { effectsAreWatched, publish } from './events.ts';
import type { Row } from './ledger.ts';
import type { LedgerSession } from './ledger-session.ts';
import { isNothing, stateOf } from './lifecycle/state.ts';
import { decodeRecord } from './record.ts';
import * as refusals from './refusals.ts';
import type { RunOptions } from './scope.ts';

/** What is done about a write that another workflow has made of the same business case with the same material input. */
export interface TwinGuard {
  /** How long ago the other may be, in milliseconds. */
  readonly withinMs: number;
  /** `warn` publishes it and goes on, `refuse` is an error, `approve` asks a person. */
  readonly onTwin: 'warn' | 'refuse' | 'approve';
  /** Only these operations; absent: all. Each claim of one costs a round trip more. */
  readonly operations?: readonly string[];
}

/** Says what is wrong with a twin guard; `undefined` when nothing is. */
export function twinProblem(guard: TwinGuard | undefined): string | undefined {
  if (guard === undefined) return undefined;
  if (!(Number.isFinite(guard.withinMs) && guard.withinMs > 0)) return 'twins.withinMs must be a number above 0';
  const known: readonly unknown[] = ['warn', 'refuse', 'approve'];
  return known.includes(guard.onTwin) ? undefined : `twins.onTwin must be warn, refuse or approve`;
}

/** What a guard holds: every slot that made a write of this input, or may still, whatever its workflow; in their order. */
interface Held {
  readonly slots: readonly string[];
  readonly withinMs: number;
}

// '&' is escaped in every slot, so a guard and an effect never share a key.
const prefix = '&';

/** More than these of one case and input are no longer told apart; the youngest stay. */
const mostSlots = 32;

/**
 * The slot of another workflow that holds this material input, after this one has put itself beside it; `undefined`
 * where none does. Two that try at once are told apart by the ledger. Where a twin is refused it leaves no trace.
 */
async function twinOf(
  session: LedgerSession,
  { withinMs, operations, onTwin }: TwinGuard,
  contract: Contract,
  operation: string,
  material: string,
): Promise<string | undefined> {
  if (operations && !operations.includes(operation)) return undefined;
  const own = slotOf(contract);
  const business = workflowKeyOf({ ...contract, slotScope: 'business' });
  const key = `${prefix}${encodeURIComponent(`${business} ${operation} ${material}`)}`;
  await session.info();
  let expect = 0;
  let beside: readonly string[] = [];
  let twin: string | undefined;
  for (;;) {
    const doc = JSON.stringify({ slots: [...beside, own].slice(-mostSlots), withinMs } satisfies Held);
    // Once the time is over it says nothing any more, and goes with the next prune.
    const index = { state: 'twin', shelf: { name: 'expiry', afterMs: withinMs } } as const;
    const answer = await session.write({ slot: key, expect, doc, index, events: [] }, 2_000);
    if (answer.kind === 'written') return twin;
    const row = answer.kind === 'conflict' ? answer.row : undefined;
    expect = row?.revision ?? 0;
    beside = [];
    twin = undefined;
    // Its time was over, and it was pruned.
    if (!row) continue;
    const held = JSON.parse(row.doc) as Held;
    // Whoever was first has no twin in those that came behind it.
    const place = held.slots.indexOf(own);
    const before = place === -1 ? held.slots : held.slots.slice(0, place);
    const ends = await Promise.all(before.map((slot) => endOf(session, slot, row.at, withinMs)));
    beside = before.filter((_slot, at) => answer.at < (ends[at] ?? 0));
    twin = beside.findLast((slot) => workflowOfSlot(slot) !== workflowOfSlot(own));
    if (place !== -1 || (twin !== undefined && onTwin === 'refuse')) return twin;
  }
}

/** The options of an effect with what a twin of it asks for. @throws OncelyError `twin` where it is refused. */
export async function underTwinGuard(
  {
    session,
    twins,
    clock,
  }: { readonly session: LedgerSession; readonly twins: TwinGuard | undefined; readonly clock: Clock },
  contract: Contract,
  operation: string,
  material: string,
  options: RunOptions,
): Promise<RunOptions> {
  if (!twins || contract.undo === true || contract.slotScope === 'business') return options;
  const twin = await twinOf(session, twins, contract, operation, material);
  if (twin === undefined) return options;
  if (effectsAreWatched()) publish({ type: 'twin', slot: slotOf(contract), operation, twin, at: clock.wall() });
  switch (twins.onTwin) {
    case 'warn':
      return options;
    case 'approve':
      return options.approval === undefined ? { ...options, approval: 'required' } : options;
    case 'refuse':
      throw refusals.twin(operation, contract, twin);
  }
}

/** How long one that took the input may need to claim its effect. */
const claimingMs = 60_000;

/** Until when an effect is a twin of others: what happened, may have, or may still is one for `withinMs` from then. */
async function endOf(session: LedgerSession, slot: string, heldSince: number, withinMs: number): Promise<number> {
  const { at, row } = await session.ledger.read(slot);
  if (!row) return heldSince + claimingMs;
  const record = decodeRecord(row.doc, row.at);
  const state = stateOf(record, at);
  if (state === 'executing') return Infinity;
  if (state === 'compensated') return 0;
  const ended = isNothing(state);
  const isUnsent = state === 'awaiting_approval' || state === 'ready';
  const times = record.attempts
    // A no to this version says nothing of an earlier one.
    .filter(({ evidence }) => evidence === 'accepted' || (!ended && evidence === 'unknown'))
    .map(({ settledAt, leaseUntil }) => settledAt ?? leaseUntil);
  if (isUnsent) times.push(row.at);
  if (record.tombstone?.state === 'succeeded') times.push(record.tombstone.at);
  return times.length === 0 ? 0 : Math.max(...times) + withinMs;
}

/** Until when a guard is needed at least: as long as one of what it holds is a twin of others. */
export async function guardedUntil(session: LedgerSession, row: Row, now: number): Promise<number> {
  const { slots, withinMs } = JSON.parse(row.doc) as Held;
  const ends = await Promise.all(slots.map((slot) => endOf(session, slot, row.at, withinMs)));
  return Math.min(Math.max(0, ...ends), now + withinMs);
}
