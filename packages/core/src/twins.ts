import type { Clock } from './clock.ts';
import { slotOf, workflowKeyOf, workflowOfSlot, type Contract } from './contract.ts';
import { effectsAreWatched, publish } from './events.ts';
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

interface Held {
  readonly slot: string;
}

// '&' is escaped in every slot, so a guard and an effect never share a key.
const prefix = '&';

/**
 * The slot of another workflow that holds this material input, after this one has tried to take it; `undefined` where
 * this one holds it now, or did before. Two that try at once are told apart by the ledger.
 */
async function twinOf(
  session: LedgerSession,
  { withinMs, operations }: TwinGuard,
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
  for (;;) {
    const doc = JSON.stringify({ slot: own } satisfies Held);
    // Once the time is over it says nothing any more, and goes with the next prune.
    const index = { state: 'twin', shelf: { name: 'expiry', afterMs: withinMs } } as const;
    const answer = await session.write({ slot: key, expect, doc, index, events: [] }, 2_000);
    if (answer.kind === 'written') return undefined;
    const row = answer.kind === 'conflict' ? answer.row : undefined;
    if (!row) {
      // Its time was over, and it was pruned.
      expect = 0;
      continue;
    }
    const held = JSON.parse(row.doc) as Held;
    if (workflowOfSlot(held.slot) === workflowOfSlot(own)) return undefined;
    const recent = answer.at - row.at < withinMs;
    if (recent && (await mayHaveHappened(session, held.slot, answer.at - row.at))) return held.slot;
    expect = row.revision;
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

/** What ended in a definite no is no twin, nor what was never begun. */
async function mayHaveHappened(session: LedgerSession, slot: string, ageMs: number): Promise<boolean> {
  const { at, row } = await session.ledger.read(slot);
  if (!row) return ageMs < claimingMs;
  return !isNothing(stateOf(decodeRecord(row.doc, row.at), at));
}
