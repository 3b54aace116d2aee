import type { ProbeAnswer } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { durationProblem, within } from './clock.ts';
import { OncelyError } from './errors.ts';
import { publish } from './events.ts';
import type { Row } from './ledger.ts';
import { decideSweep, isComparable, succeededAt, type SweepFinding, type SweepVerdict } from './lifecycle/sweep.ts';
import { decodeRecord, type EffectRecord } from './record.ts';
import { seenIn } from './matching.ts';
import type { RecoverParts } from './recover.ts';
import { takingTurns } from './taking-turns.ts';

export interface SweepOptions {
  /** Only effects that succeeded from then on, and before then. */
  readonly since?: Date;
  readonly until?: Date;
  /** How many effects to look up at the vendor, at most. Default 500. */
  readonly limit?: number;
  /** When to stop, in milliseconds from now. Default 60,000. */
  readonly deadlineMs?: number;
  /** `next` of the call before. */
  readonly cursor?: string;
}

interface SweptEffect {
  readonly slot: string;
  readonly operation: string;
  readonly vendorId?: string;
}

export interface Swept {
  /** Looked up at the vendor. */
  readonly examined: number;
  readonly matching: number;
  /** Recorded as done, and not there: deleted since, or never there, or not visible to these credentials. */
  readonly missing: readonly SweptEffect[];
  /** There more than once. */
  readonly twice: readonly (SweptEffect & { readonly vendorIds: readonly string[] })[];
  /** Of an operation, or of a record, that cannot be looked up: how many, by operation. */
  readonly cannotLookUp: Readonly<Record<string, number>>;
  /** What could not be asked now, with the reason. */
  readonly failed: readonly { readonly slot: string; readonly reason: string }[];
  /** There is more; give it as `cursor`. */
  readonly next?: string;
}

type SweepParts = Pick<RecoverParts, 'session' | 'clock' | 'originOf'>;

type Seen =
  | { readonly kind: SweepVerdict; readonly vendorIds: readonly string[] }
  | { readonly kind: 'cannot_look_up' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Not settled, not of this time, or settled too recently. */
  | { readonly kind: 'passed_over' };

const page = 100;
const concurrency = 4;
const patienceMs = 2_000;

/**
 * Looks at the vendor for what the ledger says has happened, and writes down where the two differ. It sends nothing and
 * settles nothing. It may be stopped at any time and goes on at `next`.
 */
export async function sweep(parts: SweepParts, options: SweepOptions = {}): Promise<Swept> {
  const { session, clock } = parts;
  const problem = durationProblem('deadlineMs', options.deadlineMs) ?? limitProblem(options.limit);
  if (problem !== undefined) {
    throw new OncelyError('invalid_input', { message: `oncely.sweep: ${problem}. Nothing was looked up.` });
  }
  await session.info();
  const giveUpAt = clock.monotonic() + (options.deadlineMs ?? 60_000);
  const limit = options.limit ?? 500;
  const missing: SweptEffect[] = [];
  const twice: (SweptEffect & { vendorIds: readonly string[] })[] = [];
  const cannotLookUp: Record<string, number> = {};
  const failed: { slot: string; reason: string }[] = [];
  let matching = 0;
  let examined = 0;
  let cursor = options.cursor ?? '';

  const tell = (row: Row, record: EffectRecord, seen: Seen): void => {
    const { operation, vendorId } = record;
    const effect = { slot: row.slot, operation, ...(vendorId === undefined ? {} : { vendorId }) };
    if (seen.kind !== 'passed_over' && seen.kind !== 'cannot_look_up') examined += 1;
    switch (seen.kind) {
      case 'matching':
        matching += 1;
        break;
      case 'missing':
        missing.push(effect);
        break;
      case 'twice':
        twice.push({ ...effect, vendorIds: seen.vendorIds });
        break;
      case 'cannot_look_up':
        cannotLookUp[operation] = (cannotLookUp[operation] ?? 0) + 1;
        break;
      case 'failed':
        failed.push({ slot: row.slot, reason: seen.reason });
        break;
      case 'passed_over':
    }
  };
  const swept = (next?: string): Swept => ({
    examined,
    matching,
    missing,
    twice,
    cannotLookUp,
    failed,
    ...(next === undefined ? {} : { next }),
  });

  const share = takingTurns();
  for (;;) {
    const { at, rows, next } = await session.ledger.list({ limit: page, after: cursor, state: 'succeeded' });
    // Some at a time and in order, so that the place to go on from is clear.
    for (let from = 0; from < rows.length; from += concurrency) {
      if (clock.monotonic() >= giveUpAt || examined >= limit) return swept(cursor);
      const some = rows.slice(from, from + Math.min(concurrency, limit - examined));
      await Promise.all(
        some.map(async (row) => {
          await share(row.doc.length);
          const record = decodeRecord(row.doc, row.at, row.slot);
          tell(row, record, await sweepOne(parts, options, row, record, at, giveUpAt));
        }),
      );
      cursor = some.at(-1)?.slot ?? cursor;
      if (some.length < Math.min(concurrency, rows.length - from)) return swept(cursor);
    }
    if (next === undefined) return swept();
    // A page may hold none of this state.
    cursor = next;
  }
}

async function sweepOne(
  { session, clock, originOf }: SweepParts,
  { since, until }: SweepOptions,
  row: Row,
  record: EffectRecord,
  at: number,
  giveUpAt: number,
): Promise<Seen> {
  const happenedAt = succeededAt(record);
  if (happenedAt < (since?.getTime() ?? -Infinity) || happenedAt >= (until?.getTime() ?? Infinity)) {
    return { kind: 'passed_over' };
  }
  if (!isComparable(record, at)) return { kind: 'passed_over' };
  if (record.safety.kind === 'unverifiable' && record.safety.findable !== true) return { kind: 'cannot_look_up' };
  const origin = originOf(record.client, record.account);
  if (!origin) return { kind: 'failed', reason: `no client named "${record.client}" was given to createOncely` };
  const { connection } = origin;
  try {
    const target = targetOf(record, (await session.info()).naming);
    const looking = connection.lookAgain?.(target) ?? connection.probe(target);
    const answer = await within(clock, giveUpAt - clock.monotonic(), looking, (): ProbeAnswer => ({
      kind: 'unreachable',
      reason: 'the look-up did not answer in time',
    }));
    if (answer.kind === 'cannot_know') return { kind: 'cannot_look_up' };
    if (answer.kind === 'unreachable') return { kind: 'failed', reason: answer.reason };
    const sight = seenIn(answer, target);
    if (sight.kind === 'cannot_know') return { kind: 'cannot_look_up' };
    const finding: SweepFinding =
      sight.kind === 'found'
        ? { kind: 'found', vendorIds: sight.matches.map(({ vendorId }) => vendorId) }
        : { kind: 'absent' };
    let verdict: SweepVerdict | undefined;
    let told = false;
    await session.change(
      row.slot,
      { record, revision: row.revision, at },
      (current, now) => {
        // Of another logic version or generation, the look was at something else.
        const same =
          current.contract.logicVersion === record.contract.logicVersion && current.generation === record.generation;
        const decided = same ? decideSweep(current, finding, now, at) : undefined;
        verdict = decided?.verdict;
        told = decided?.change !== undefined;
        return decided?.change;
      },
      patienceMs,
    );
    if (verdict === undefined) return { kind: 'passed_over' };
    if (told && verdict !== 'matching') {
      publish({ type: 'diverged', slot: row.slot, operation: record.operation, at, detail: verdict });
    }
    return { kind: verdict, vendorIds: finding.kind === 'found' ? finding.vendorIds : [] };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function limitProblem(limit: number | undefined): string | undefined {
  if (limit === undefined || (Number.isInteger(limit) && limit > 0)) return undefined;
  return `limit must be a whole number above 0, got ${String(limit)}`;
}
