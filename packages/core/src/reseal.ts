import { nextEvent, retentionBody } from './audit/by-retention.ts';
import type { StoredCheckpoint } from './audit/checkpoint.ts';
import { checkpointPrefix } from './audit/reserved.ts';
import { durationProblem, type Clock } from './clock.ts';
import { isEffectSlot } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { Row } from './ledger.ts';
import { change } from './lifecycle/change.ts';
import { stateOf } from './lifecycle/state.ts';
import { openStored, type Codec, type SealedPlace } from './payload.ts';
import { decodeRecord, type EditStep, type EffectRecord, type Stored } from './record.ts';
import { takingTurns } from './taking-turns.ts';

export interface ResealOptions {
  /** How many records to look at, at most. Default 1,000. */
  readonly limit?: number;
  /** When to stop, in milliseconds from now. Default 30,000. */
  readonly deadlineMs?: number;
  /** `next` of the call before. */
  readonly cursor?: string;
}

export interface Resealed {
  readonly examined: number;
  readonly resealed: number;
  /** What was left as it is for now: an attempt is under way. */
  readonly skipped: number;
  readonly failed: readonly { readonly slot: string; readonly reason: string }[];
  /** There is more; give it as `cursor`. After the last call without `next`, nothing needs the old key. */
  readonly next?: string;
}

interface ResealParts {
  readonly session: LedgerSession;
  readonly clock: Clock;
  readonly codec: Codec | undefined;
}

const page = 100;
const patienceMs = 2_000;

/** Written anew it would be kept for as long again; the next prune places it by the time that it was settled. */
const toBePlaced = { name: 'expiry', afterMs: 0 } as const;

/**
 * Goes through the ledger and seals what an older key sealed, and what is plain, with the current one. Each record
 * changes by compare-and-set and keeps what is in it, so it may be killed and called again at any time.
 */
export async function reseal(parts: ResealParts, options: ResealOptions = {}): Promise<Resealed> {
  const { session, clock, codec } = parts;
  const problem = codec ? durationProblem('deadlineMs', options.deadlineMs) : 'createOncely was given no codec';
  if (!codec || problem !== undefined) {
    throw new OncelyError('invalid_input', { message: `oncely.reseal: ${problem}. Nothing was changed.` });
  }
  await session.info();
  const giveUpAt = clock.monotonic() + (options.deadlineMs ?? 30_000);
  const limit = options.limit ?? 1_000;
  const counts = { resealed: 0, skipped: 0, same: 0 };
  const failed: { slot: string; reason: string }[] = [];
  let examined = 0;
  let cursor = options.cursor ?? '';
  const share = takingTurns();
  for (;;) {
    const { at, rows, next } = await session.ledger.list({ limit: Math.min(page, limit - examined), after: cursor });
    for (const row of rows) {
      if (clock.monotonic() >= giveUpAt) return { examined, ...told(counts), failed, next: cursor };
      await share(row.doc.length);
      try {
        counts[await resealRow(session, codec, row, at)] += 1;
      } catch (error) {
        failed.push({ slot: row.slot, reason: error instanceof Error ? error.message : String(error) });
      }
      examined += 1;
      cursor = row.slot;
    }
    if (next === undefined) return { examined, ...told(counts), failed };
    if (examined >= limit) return { examined, ...told(counts), failed, next: cursor };
  }
}

type Outcome = 'resealed' | 'skipped' | 'same';

function told({ resealed, skipped }: Record<Outcome, number>): { resealed: number; skipped: number } {
  return { resealed, skipped };
}

async function resealRow(session: LedgerSession, codec: Codec, row: Row, at: number): Promise<Outcome> {
  const { slot } = row;
  if (slot.startsWith('=')) {
    const stored = JSON.parse(row.doc) as Stored;
    const anew = await sealedAnew(stored, codec, { slot, kind: 'value' });
    if (anew === stored) return 'same';
    // The time it counts from stays, though the row is written anew.
    const doc = JSON.stringify({ since: row.at, ...anew });
    const events = [await nextEvent(session, slot, 'reseal')];
    const command = { slot, expect: row.revision, doc, index: { state: 'value', shelf: toBePlaced }, events };
    return (await session.write(command, patienceMs)).kind === 'written' ? 'resealed' : 'skipped';
  }
  if (slot.startsWith(checkpointPrefix)) {
    const point = JSON.parse(row.doc) as StoredCheckpoint;
    const state = await sealedAnew(point.state, codec, { slot, kind: 'value' });
    if (state === point.state || state === undefined) return 'same';
    const doc = JSON.stringify({ since: row.at, ...point, state } satisfies StoredCheckpoint & { since: number });
    const events = [await nextEvent(session, slot, 'reseal')];
    const command = { slot, expect: row.revision, doc, index: { state: 'checkpoint', shelf: toBePlaced }, events };
    return (await session.write(command, patienceMs)).kind === 'written' ? 'resealed' : 'skipped';
  }
  // Nothing else beside the effects is sealed.
  if (!isEffectSlot(slot)) return 'same';
  const record = decodeRecord(row.doc, row.at, row.slot);
  // Its holder is about to write it.
  if (stateOf(record, at) === 'executing') return isCurrent(record, codec) ? 'same' : 'skipped';
  const result = await sealedAnew(record.result, codec, { slot, kind: 'result' });
  const request = await sealedAnew(record.request, codec, { slot, kind: 'request' });
  const preview = await sealedAnew(record.approval?.preview, codec, { slot, kind: 'preview' });
  const steps: EditStep[] = [];
  for (const step of record.edited?.steps ?? []) {
    const values = await sealedAnew(step.values, codec, { slot, kind: 'preview' });
    steps.push(values === step.values || values === undefined ? step : { ...step, values });
  }
  const edited = record.edited && { ...record.edited, steps };
  const isSame = steps.every((step, at) => step === record.edited?.steps[at]);
  const same = isSame && result === record.result && request === record.request && preview === record.approval?.preview;
  if (same) return 'same';
  const seen = { record, revision: row.revision, at };
  let done: Outcome = 'skipped';
  await session.change(
    slot,
    seen,
    (current, now) => {
      // Somebody was faster; what they wrote is looked at by the next call.
      if (current !== record) {
        done = 'skipped';
        return undefined;
      }
      done = 'resealed';
      const draft: EffectRecord = {
        ...record,
        ...(result ? { result } : {}),
        ...(request ? { request } : {}),
        ...(edited ? { edited } : {}),
        ...(record.approval && preview ? { approval: { ...record.approval, preview } } : {}),
      };
      // What is kept is part of what the audit holds the record against.
      const sealed = change(draft, [retentionBody('reseal')], now);
      return sealed.index.settled ? { ...sealed, index: { ...sealed.index, shelf: toBePlaced } } : sealed;
    },
    patienceMs,
  );
  return done;
}

function needsSealing(stored: Stored | undefined, codec: Codec): boolean {
  if (stored?.kind === 'plain') return true;
  return stored?.kind === 'sealed' && codec.outdated?.(stored.body) === true;
}

function isCurrent({ approval, result, request, edited }: EffectRecord, codec: Codec): boolean {
  const values = edited?.steps.map((step) => step.values) ?? [];
  return ![approval?.preview, result, request, ...values].some((each) => needsSealing(each, codec));
}

/** The same object where it is current already. */
async function sealedAnew<S extends Stored | undefined>(stored: S, codec: Codec, place: SealedPlace): Promise<S> {
  if (stored === undefined || stored.kind === 'omitted' || !needsSealing(stored, codec)) return stored;
  const plain = await openStored(stored, codec, place);
  return plain === undefined ? stored : { ...stored, kind: 'sealed', body: await codec.seal(plain, place) };
}
