import type { Ledger, ListAnswer } from '../ledger.ts';
import { stateOf, unknownAttempts } from '../lifecycle/state.ts';
import { decodeRecord, type EffectRecord, type EffectState } from '../record.ts';
import { takingTurns } from '../taking-turns.ts';
import type { OtelMeter, OtelObservations } from './api.ts';
import { metrics } from './metric-table.ts';

/** What waits in a ledger at a time; each count is at most `atMost`. */
interface Standing {
  readonly inDoubt: Waiting;
  readonly stopped: Waiting;
  readonly approvals: Waiting;
}

interface Waiting {
  readonly count: number;
  readonly oldestMs: number;
}

export interface StandingOptions {
  readonly ledger: Ledger;
  /** How long an answer of the ledger holds, in milliseconds; it is asked no more often. */
  readonly everyMs: number;
  /** How many effects of a state are counted; a gauge that shows this number says "at least". */
  readonly atMost: number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/**
 * Gauges of what waits in the ledger now, asked for when a reader collects and no more often than `everyMs`. A ledger
 * that does not answer leaves a gap in them and nothing else.
 *
 * @returns what takes them back
 */
export function observeStanding(meter: OtelMeter, { ledger, everyMs, atMost, monotonic }: StandingOptions): () => void {
  const [inDoubt, doubtAge, approvals, approvalsAge] = [
    metrics.inDoubt,
    metrics.doubtAge,
    metrics.approvalsWaiting,
    metrics.approvalsAge,
  ].map(({ name, unit, description }) => meter.createObservableGauge(name, { unit, description })) as [
    object,
    object,
    object,
    object,
  ];
  let asked: { readonly at: number; readonly answer: Promise<Standing | undefined> } | undefined;
  const standing = (): Promise<Standing | undefined> => {
    if (!asked || monotonic() - asked.at >= everyMs) {
      asked = { at: monotonic(), answer: standingOf(ledger, atMost).catch(() => undefined) };
    }
    return asked.answer;
  };
  const observe = async (observations: OtelObservations): Promise<void> => {
    const now = await standing();
    if (!now) return;
    for (const [state, { count, oldestMs }] of [
      ['in_doubt', now.inDoubt],
      ['stopped', now.stopped],
    ] as const) {
      observations.observe(inDoubt, count, { 'oncely.state': state });
      observations.observe(doubtAge, oldestMs / 1_000, { 'oncely.state': state });
    }
    observations.observe(approvals, now.approvals.count);
    observations.observe(approvalsAge, now.approvals.oldestMs / 1_000);
  };
  const gauges = [inDoubt, doubtAge, approvals, approvalsAge];
  meter.addBatchObservableCallback(observe, gauges);
  return () => meter.removeBatchObservableCallback(observe, gauges);
}

async function standingOf(ledger: Ledger, atMost: number): Promise<Standing> {
  await ledger.open();
  const doubtful = await listed(ledger, 'in_doubt', atMost);
  // What a crash left is stored as executing: its doubt comes by time alone.
  const executing = await listed(ledger, 'executing', atMost, { due: true });
  const abandoned = executing.filter(({ record, at }) => stateOf(record, at) === 'in_doubt');
  const waiting = await listed(ledger, 'awaiting_approval', atMost);
  return {
    inDoubt: summed([...doubtful, ...abandoned].slice(0, atMost), claimedFirst),
    stopped: summed(await listed(ledger, 'stopped', atMost), claimedFirst),
    approvals: summed(waiting, ({ approval, createdAt }) => approval?.requestedAt ?? createdAt),
  };
}

interface Listed {
  readonly record: EffectRecord;
  readonly at: number;
}

async function listed(
  ledger: Ledger,
  state: EffectState,
  atMost: number,
  only: { readonly due?: true } = {},
): Promise<Listed[]> {
  const found: Listed[] = [];
  const share = takingTurns();
  let after: string | undefined = '';
  while (after !== undefined && found.length < atMost) {
    const limit = Math.min(200, atMost - found.length);
    const page: ListAnswer = await ledger.list({ ...only, state, limit, after });
    for (const row of page.rows) {
      await share(row.doc.length);
      found.push({ record: decodeRecord(row.doc, row.at, row.slot), at: page.at });
    }
    after = page.next;
  }
  return found;
}

function summed(found: readonly Listed[], since: (record: EffectRecord) => number): Waiting {
  return {
    count: found.length,
    oldestMs: Math.max(0, ...found.map(({ record, at }) => at - since(record))),
  };
}

function claimedFirst(record: EffectRecord): number {
  return Math.min(...unknownAttempts(record).map(({ claimedAt }) => claimedAt), Infinity);
}
