import type { AuditAnswer, AuditedRow, AuditQuery, AuditRow, Ledger } from '../ledger.ts';
import { bucketOfSlot, type Bucket } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import { auditedScript, sealedScript } from './scripts-audit.ts';
import { slotsScript } from './scripts-read.ts';
import { rowOf, stateOfRow } from './writing.ts';

type Whole = [head?: string, doc?: string, due?: string, ...events: string[]];

const chunk = 100;

/** A page of rows with their events, one bucket after the other; the cursor is a bucket and a slot. */
export async function auditedPage(
  calling: Calling,
  buckets: readonly Bucket[],
  { after = '0 ', limit, unsealed }: AuditQuery,
): Promise<AuditAnswer> {
  const space = after.indexOf(' ');
  let index = Number(after.slice(0, space));
  let from = after.slice(space + 1);
  let at = 0;
  const rows: AuditedRow[] = [];
  let next: string | undefined;
  for (; index < buckets.length && next === undefined; index += 1, from = '') {
    const bucket = buckets[index] as Bucket;
    const key = unsealed === true ? bucket.unsealed : bucket.slots;
    const left = limit - rows.length;
    // Above all printable ASCII.
    const range = [from, '\u007f', String(left + 1)];
    const [now, slots] = (await callScript(calling, slotsScript, [key], range, 'reads')) as [string, string[]];
    at = Math.max(at, Number(now));
    const page = slots.slice(0, left);
    for (let first = 0; first < page.length; first += chunk) {
      rows.push(...(await read(calling, bucket, page.slice(first, first + chunk))));
    }
    const last = page.at(-1) ?? from;
    if (slots.length > page.length) next = `${index} ${last}`;
  }
  return { at, rows, ...(next === undefined ? {} : { next }) };
}

export async function markRows(
  calling: Calling,
  buckets: readonly Bucket[],
  rows: Parameters<Ledger['markSealed']>[0],
): Promise<void> {
  const byBucket = Map.groupBy(rows, ({ slot }) => bucketOfSlot(slot, buckets.length));
  for (const [index, own] of byBucket) {
    const bucket = buckets[index] as Bucket;
    for (let first = 0; first < own.length; first += chunk) {
      const part = own.slice(first, first + chunk);
      const keys = [bucket.unsealed, ...part.map(({ slot }) => bucket.row(slot))];
      const args = part.flatMap(({ slot, revision }) => [slot, String(revision)]);
      await callScript(calling, sealedScript, keys, args, 'writes');
    }
  }
}

async function read(calling: Calling, bucket: Bucket, slots: readonly string[]): Promise<AuditedRow[]> {
  const keys = [bucket.due, ...slots.map((slot) => bucket.row(slot))];
  const found = (await callScript(calling, auditedScript, keys, slots, 'reads')) as Whole[];
  return slots.flatMap((slot, at) => auditedRow(slot, found[at] ?? []));
}

function auditedRow(slot: string, [head, doc = '', due = '', ...rest]: Whole): AuditedRow[] {
  const row = head === undefined || head === '' ? undefined : rowOf(slot, [head, doc]);
  const events: AuditRow[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    const [sequence = '', text = ''] = rest.slice(at, at + 2);
    const space = text.indexOf(' ');
    events.push({ sequence: Number(sequence), at: Number(text.slice(0, space)), doc: text.slice(space + 1) });
  }
  events.sort((one, other) => one.sequence - other.sequence);
  if (!row) return events.length === 0 ? [] : [{ slot, revision: 0, at: 0, doc: '', state: '', events }];
  return [{ ...row, state: stateOfRow([head ?? '']), ...(due === '' ? {} : { dueAt: Number(due) }), events }];
}
