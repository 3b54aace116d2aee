import type { Clock } from './clock.ts';
import { effectKeyOf, slotOf, workflowKeyOf, workflowOfSlot, type Contract } from './contract.ts';
import { effectsAreWatched, publish } from './events.ts';
import type { Row } from './ledger.ts';
import type { LedgerSession } from './ledger-session.ts';
import { isNothing, stateOf } from './lifecycle/state.ts';
import type { Twin } from './lifecycle/standing.ts';
import { decodeRecord } from './record.ts';
import * as refusals from './refusals.ts';

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
  /** Who wrote it last, and so is about to claim. */
  readonly by?: string;
}

// '&' is escaped in every slot, so a guard and an effect never share a key.
const prefix = '&';

/** More than these of one case and input are no longer told apart; the youngest stay. */
const mostSlots = 32;

/** How long one that took the input may need to claim its effect. */
export const claimingMs = 60_000;

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
  let behind: readonly string[] = [];
  let twin: string | undefined;
  for (;;) {
    const slots = [...beside, own, ...behind].slice(-mostSlots);
    const doc = JSON.stringify({ slots, withinMs, by: own } satisfies Held);
    // Once the time is over it says nothing any more, and goes with the next prune.
    const index = { state: 'twin', shelf: { name: 'expiry', afterMs: withinMs } } as const;
    const answer = await session.write({ slot: key, expect, doc, index, events: [] }, 2_000);
    if (answer.kind === 'written') return twin;
    const row = answer.kind === 'conflict' ? answer.row : undefined;
    expect = row?.revision ?? 0;
    beside = [];
    behind = [];
    twin = undefined;
    // Its time was over, and it was pruned.
    if (!row) continue;
    const held = JSON.parse(row.doc) as Held;
    // Whoever was first has no twin in those that came behind it.
    const place = held.slots.indexOf(own);
    const before = place === -1 ? held.slots : held.slots.slice(0, place);
    behind = place === -1 ? [] : held.slots.slice(place + 1);
    const ends = await Promise.all(before.map((slot) => endOf(session, slot, held, row.at, withinMs)));
    beside = before.filter((_slot, at) => answer.at < (ends[at] ?? 0));
    twin = beside.findLast((slot) => workflowOfSlot(slot) !== workflowOfSlot(own));
    if (twin !== undefined && onTwin === 'refuse') return twin;
    // What was sent holds its place by itself; what is still to be sent takes it anew, or others would pass it by.
    if (place !== -1 && (await isSent(session, own, answer.at, withinMs))) return twin;
  }
}

/**
 * What the guard asks for before a write may be sent. @throws OncelyError `twin` where it is refused.
 */
export async function underTwinGuard(
  session: LedgerSession,
  twins: TwinGuard,
  clock: Clock,
  contract: Contract,
  operation: string,
  material: string,
): Promise<Twin | undefined> {
  const twin = await twinOf(session, twins, contract, operation, material);
  if (twin === undefined) return undefined;
  if (effectsAreWatched()) publish({ type: 'twin', slot: slotOf(contract), operation, twin, at: clock.wall() });
  switch (twins.onTwin) {
    case 'warn':
      return undefined;
    case 'approve':
      return describe(session, twin, operation);
    case 'refuse':
      throw refusals.twin(operation, contract, twin);
  }
}

/** What a person is told of it. One that has no record yet took its place a moment ago. */
async function describe(session: LedgerSession, slot: string, operation: string): Promise<Twin> {
  const { record, at } = await session.read(slot);
  if (!record) return { key: slot, operation, state: 'ready', at };
  const { contract, generation, attempts, createdAt, vendorId } = record;
  const last = attempts.findLast(({ evidence }) => evidence === 'accepted' || evidence === 'unknown');
  return {
    key: effectKeyOf(contract, generation),
    operation: record.operation,
    state: stateOf(record, at),
    at: last?.settledAt ?? last?.claimedAt ?? createdAt,
    ...(vendorId === undefined ? {} : { vendorId }),
  };
}

/**
 * Until when an effect is a twin of others. Who took its place and has not claimed since is one for as long as that may
 * take; once it has, its record says.
 */
async function endOf(
  session: LedgerSession,
  slot: string,
  held: Held,
  heldSince: number,
  withinMs: number,
): Promise<number> {
  const { row, end } = await standing(session, slot, withinMs);
  const isClaiming = !row || (held.by === slot && row.at < heldSince);
  return isClaiming ? Math.max(end, heldSince + claimingMs) : end;
}

/** Whether it was sent and is a twin of others by that, whatever else they know. */
async function isSent(session: LedgerSession, slot: string, at: number, withinMs: number): Promise<boolean> {
  const { end, isUnsent } = await standing(session, slot, withinMs);
  return !isUnsent && at < end;
}

/** What happened, may have, or may still is a twin for `withinMs` from then. */
async function standing(
  session: LedgerSession,
  slot: string,
  withinMs: number,
): Promise<{ readonly row?: Row; readonly end: number; readonly isUnsent: boolean }> {
  const { at, row } = await session.ledger.read(slot);
  if (!row) return { end: 0, isUnsent: true };
  const record = decodeRecord(row.doc, row.at, row.slot);
  const state = stateOf(record, at);
  const isUnsent = state === 'awaiting_approval' || state === 'ready';
  if (state === 'executing') return { row, end: Infinity, isUnsent };
  if (state === 'compensated') return { row, end: 0, isUnsent };
  const ended = isNothing(state);
  const times = record.attempts
    // A no to this version says nothing of an earlier one.
    .filter(({ evidence }) => evidence === 'accepted' || (!ended && evidence === 'unknown'))
    .map(({ settledAt, leaseUntil }) => settledAt ?? leaseUntil);
  if (isUnsent) times.push(row.at);
  if (record.tombstone?.state === 'succeeded') times.push(record.tombstone.at);
  return { row, end: times.length === 0 ? 0 : Math.max(...times) + withinMs, isUnsent };
}

/** Until when a guard is needed at least: as long as one of what it holds is a twin of others. */
export async function guardedUntil(session: LedgerSession, row: Row, now: number): Promise<number> {
  const held = JSON.parse(row.doc) as Held;
  const ends = await Promise.all(held.slots.map((slot) => endOf(session, slot, held, row.at, held.withinMs)));
  return Math.min(Math.max(0, ...ends), now + held.withinMs);
}
