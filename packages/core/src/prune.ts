import { isDeletion, nextEvent, retentionBody } from './audit/by-retention.ts';
import { durationProblem, type Clock } from './clock.ts';
import { isEffectSlot } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { Row } from './ledger.ts';
import { appendEvents } from './lifecycle/audit.ts';
import { change } from './lifecycle/change.ts';
import { decideRetention, reshelved, type RetainDecision } from './lifecycle/retain.ts';
import { decodeRecord } from './record.ts';
import type { Retention } from './retention.ts';
import type { ShelfName } from './shelves.ts';
import { takingTurns } from './taking-turns.ts';
import { limitKeptUntil } from './limits/keeping-rows.ts';
import { guardedUntil } from './twins.ts';

export interface PruneOptions {
  /** How many records to look at, at most. Default 1,000. */
  readonly limit?: number;
  /** When to stop, in milliseconds from now. Default 30,000. */
  readonly deadlineMs?: number;
  /** Only count. */
  readonly dryRun?: boolean;
  /** `next` of the call before, where it was a dry run or a walk. */
  readonly cursor?: string;
  /**
   * Goes through all records in the order of their slots and not only through what is due: for those that were settled
   * before retention was asked for, or under another rule.
   */
  readonly walk?: boolean;
  /**
   * Deletes tombstones in place of compacting. An effect whose tombstone is gone is new: who repeats it, repeats it at
   * the vendor. That is to be said: `acceptDuplicates: true`.
   */
  readonly deleteTombstonesOlderThanMs?: number;
  readonly acceptDuplicates?: true;
}

export interface Pruned {
  readonly examined: number;
  /** Became tombstones. */
  readonly compacted: number;
  /** Their result was dropped; they are no tombstones yet. */
  readonly resultsDropped: number;
  /** Not due yet: they are looked at again when they are. */
  readonly deferred: number;
  /** Open, or kept for ever. */
  readonly kept: number;
  readonly valuesDeleted: number;
  readonly observationsDeleted: number;
  /** Checkpoints, and what the audit observed. */
  readonly trailDeleted: number;
  /** Of twin guards, past their time. */
  readonly guardsDeleted: number;
  /** Of limits, with nothing in them that counts any more. */
  readonly limitsDeleted: number;
  readonly tombstonesDeleted: number;
  /** What could not be pruned now, with the reason. */
  readonly failed: readonly { readonly slot: string; readonly reason: string }[];
  /** There is more. Give it as `cursor` to a dry run or a walk; other calls begin with what is due for longest. */
  readonly next?: string;
}

type Count = keyof Omit<Pruned, 'examined' | 'failed' | 'next'>;

interface PruneParts {
  readonly session: LedgerSession;
  readonly clock: Clock;
  readonly retention: Retention;
}

const page = 200;
const concurrency = 8;
const patienceMs = 2_000;

/**
 * Applies retention to what is settled, in bounded batches, beside anything else that goes on. Each record changes in
 * one step that holds only if nobody changed it meanwhile, so it may be killed and called again at any time.
 */
export async function prune(parts: PruneParts, options: PruneOptions = {}): Promise<Pruned> {
  refuseBadOptions(options);
  const { session, clock } = parts;
  await session.info();
  const giveUpAt = clock.monotonic() + (options.deadlineMs ?? 30_000);
  const limit = options.limit ?? 1_000;
  const counts: Record<Count, number> = {
    compacted: 0,
    resultsDropped: 0,
    deferred: 0,
    kept: 0,
    valuesDeleted: 0,
    observationsDeleted: 0,
    trailDeleted: 0,
    guardsDeleted: 0,
    limitsDeleted: 0,
    tombstonesDeleted: 0,
  };
  const failed: { slot: string; reason: string }[] = [];
  let examined = 0;
  let cursor = options.cursor;
  const share = takingTurns();
  for (;;) {
    const { at, rows, next } = await session.ledger.list({
      limit: Math.min(page, limit - examined),
      ...(options.walk === true ? {} : { shelf: shelfOf(options) }),
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    const waiting = rows.values();
    let begun = 0;
    const worker = async (): Promise<void> => {
      for (const row of waiting) {
        if (clock.monotonic() >= giveUpAt) return;
        begun += 1;
        await share(row.doc.length);
        try {
          counts[await pruneOne(parts, options, row, at)] += 1;
        } catch (error) {
          failed.push({ slot: row.slot, reason: error instanceof Error ? error.message : String(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    examined += begun;
    // Where time was over in the midst of a page the next call takes the whole of it again, which changes nothing twice.
    if (begun === rows.length) cursor = next;
    if (cursor === undefined && begun === rows.length) return { examined, ...counts, failed };
    if (examined >= limit || clock.monotonic() >= giveUpAt) {
      return { examined, ...counts, failed, next: cursor ?? '' };
    }
  }
}

/**
 * Says in the audit that a record goes, before it does: its events stay, and whoever verifies knows why it is gone.
 * `undefined` where somebody changed it meanwhile.
 */
async function tellOfRemoval(
  session: LedgerSession,
  row: Row,
): Promise<{ readonly revision: number; readonly at: number } | undefined> {
  const { slot, revision } = row;
  const index = { state: 'deleted', shelf: { name: 'expiry', afterMs: 0 } } as const;
  const event = isEffectSlot(slot)
    ? appendEvents(decodeRecord(row.doc, row.at, row.slot), [retentionBody('delete')])
    : { draft: undefined, events: [await nextEvent(session, slot, 'delete')] };
  const doc = event.draft ? JSON.stringify(event.draft) : datedDoc(row).doc;
  const answer = await session.write({ slot, expect: revision, doc, index, events: event.events }, patienceMs);
  return answer.kind === 'written' ? answer : undefined;
}

function shelfOf({ deleteTombstonesOlderThanMs: olderThanMs }: PruneOptions): {
  readonly name: ShelfName;
  readonly olderThanMs?: number;
} {
  return olderThanMs === undefined ? { name: 'expiry' } : { name: 'tombstones', olderThanMs };
}

async function pruneOne(
  { session, retention }: PruneParts,
  options: PruneOptions,
  row: Row,
  at: number,
): Promise<Count> {
  const dryRun = options.dryRun === true;
  const olderThanMs = options.deleteTombstonesOlderThanMs;
  const remove = async (count: Count): Promise<Count> => {
    if (dryRun) return count;
    const told = await tellOfRemoval(session, row);
    if (!told) return 'kept';
    const answer = await session.ledger.remove({ slot: row.slot, expect: told.revision, at: told.at });
    // Nothing there: another call was faster. Something else there: it is used again.
    return answer.kind === 'removed' ? count : 'kept';
  };
  const other = others[row.slot[0] ?? ''];
  if (other) {
    if (olderThanMs !== undefined) return 'kept';
    const { state, count } = other;
    // Only what is due lies on the shelf, and a walk does not know when that is.
    if (state === 'twin' && options.walk === true) return 'kept';
    const { doc, since } = datedDoc(row);
    const end =
      state === 'twin'
        ? await guardedUntil(session, row, at)
        : state === 'limit'
          ? await limitKeptUntil(session, row, at)
          : since + (retention.keptForMs(state) ?? Infinity);
    if (at >= end) return remove(count);
    if (!dryRun && (end < Infinity || options.walk !== true)) {
      // Off the shelf that it lay on, or on to where it is due.
      const index = end === Infinity ? { state } : { state, shelf: { name: 'expiry', afterMs: end - at } as const };
      const events = [await nextEvent(session, row.slot, 'defer')];
      await session.write({ slot: row.slot, expect: row.revision, doc, index, events }, patienceMs);
    }
    return end === Infinity ? 'kept' : 'deferred';
  }
  // Seals, policies and decisions on workflows have no retention.
  if (!isEffectSlot(row.slot)) return 'kept';
  const record = decodeRecord(row.doc, row.at, row.slot);
  if (olderThanMs !== undefined) {
    const stone = record.result === undefined ? record.tombstone : undefined;
    return stone && at >= stone.at + olderThanMs ? remove('tombstonesDeleted') : 'kept';
  }
  if (!dryRun && options.walk !== true && record.tombstone && record.result === undefined) {
    // It lies here because somebody died between saying that it goes and removing it, or because it was sealed anew.
    const last = (await session.ledger.history(row.slot)).at(-1);
    if (last && isDeletion(last)) {
      const answer = await session.ledger.remove({ slot: row.slot, expect: row.revision, at: row.at });
      return answer.kind === 'removed' ? 'tombstonesDeleted' : 'kept';
    }
  }
  const rule = retention.ruleOf(record.operation);
  let decision: RetainDecision = decideRetention(record, rule, at);
  if (!dryRun) {
    await session.change(
      row.slot,
      { record, revision: row.revision, at },
      (current, now) => {
        decision = decideRetention(current, rule, now);
        switch (decision.kind) {
          case 'compact':
          case 'drop_result':
            return decision.change;
          case 'later':
            return reshelved(current, decision.at, now);
          case 'keep':
            // Off the shelf, so that it is not met by each call.
            return options.walk === true ? undefined : change(current, [retentionBody('defer')], now);
          case 'open':
            return undefined;
        }
      },
      patienceMs,
    );
  }
  return countOf[decision.kind];
}

/** What stands beside the effects and may go, by the first character of its slot. */
const others: Readonly<Record<string, { readonly state: string; readonly count: Count }>> = {
  '=': { state: 'value', count: 'valuesDeleted' },
  '?': { state: 'observed', count: 'observationsDeleted' },
  $: { state: 'checkpoint', count: 'trailDeleted' },
  '^': { state: 'seen', count: 'trailDeleted' },
  '&': { state: 'twin', count: 'guardsDeleted' },
  '#': { state: 'limit', count: 'limitsDeleted' },
};

const countOf: Readonly<Record<RetainDecision['kind'], Count>> = {
  compact: 'compacted',
  drop_result: 'resultsDropped',
  later: 'deferred',
  keep: 'kept',
  open: 'kept',
};

/** Since when a value or a count of unscoped writes is kept, which must outlive being written again. */
function datedDoc(row: Row): { readonly doc: string; readonly since: number } {
  const parsed = JSON.parse(row.doc) as { since?: number; lastAt?: number };
  const since = parsed.lastAt ?? parsed.since ?? row.at;
  return { doc: parsed.lastAt === undefined ? JSON.stringify({ ...parsed, since }) : row.doc, since };
}

function refuseBadOptions(options: PruneOptions): void {
  const bad = (message: string, fix?: string): never => {
    throw new OncelyError('invalid_input', {
      message: `oncely.prune: ${message}. Nothing was changed.`,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  const { limit, deleteTombstonesOlderThanMs: olderThanMs } = options;
  const problem = durationProblem('deadlineMs', options.deadlineMs);
  if (problem !== undefined) bad(problem);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) bad('limit must be a whole number above 0');
  if (olderThanMs === undefined) return;
  if (!(typeof olderThanMs === 'number' && olderThanMs >= 0 && Number.isFinite(olderThanMs))) {
    bad('deleteTombstonesOlderThanMs must be a number of milliseconds from 0');
  }
  if (options.acceptDuplicates !== true) {
    bad(
      'an effect whose tombstone was deleted is done again by whoever repeats it',
      'oncely.prune({ deleteTombstonesOlderThanMs, acceptDuplicates: true })',
    );
  }
}
