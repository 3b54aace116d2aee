import { workflowOfSlot } from '../contract.ts';
import { sha256 } from '../fingerprint.ts';
import type { ListQuery, RecordIndex, Row, WorkflowRow, WriteAnswer, WriteCommand } from '../ledger.ts';
import { dueOffsetOf } from '../shelves.ts';
import { slotRange } from '../slot-range.ts';

/** The ledger's own row. 64-bit numbers come as text from some clients. */
export interface InfoRow {
  readonly version: number;
  readonly id: string;
  readonly key: string;
  readonly epoch: number;
  readonly suspect_since: number | string | null;
  readonly now_at: number | string;
}

/** A record's row beside the time; its revision is null where there is none. */
export interface RowOf {
  readonly now_at: number | string;
  readonly revision: number | null;
  readonly at: number | string;
  readonly doc: string;
}

export interface WorkflowRowOf extends RowOf {
  readonly state: WorkflowRow['state'];
}

export interface AnswerRow extends WorkflowRowOf {
  readonly n: number | string;
  readonly kind: 'written' | 'conflict' | 'held' | 'epoch';
}

const longestKey = 1_000;
const keptOfLongKey = 900;

/** The key of a slot: a btree cannot hold more than 2,704 bytes. '#' is escaped in every slot, so a short key is never another's long one. */
export function keyOf(slot: string): string {
  return slot.length <= longestKey ? slot : `${slot.slice(0, keptOfLongKey)}#${sha256(slot)}`;
}

/** One command as the function `write_one` takes it. */
export function valuesOf({ slot, expect, doc, index, guard, events }: WriteCommand): unknown[] {
  return [
    keyOf(slot),
    slot,
    expect,
    doc,
    index.state,
    dueOf(index),
    guard ? keyOf(workflowOfSlot(slot)) : null,
    guard?.epoch ?? null,
    numbersOf(events.map(({ sequence }) => sequence)),
    textsOf(events.map((event) => event.doc)),
  ];
}

/** The answer of `write_one_alone` as a row of `write`, behind where the log of writes stands, if the server tells. */
export function answerRowOf(
  { answer }: { readonly answer: string },
  withLsn: boolean,
): { readonly lsn?: string; readonly row: AnswerRow } {
  const lsn = withLsn ? answer.slice(0, answer.indexOf(' ')) : undefined;
  const text = lsn === undefined ? answer : answer.slice(lsn.length + 1);
  const [kind, now_at = '', revision = '', at = '', state = ''] = text.split(' ', 5);
  const row: AnswerRow = {
    n: 1,
    kind: kind as AnswerRow['kind'],
    now_at,
    revision: revision === '0' ? null : Number(revision),
    at,
    state: state as WorkflowRow['state'],
    doc: text.slice(`${kind} ${now_at} ${revision} ${at} ${state} `.length),
  };
  return { row, ...(lsn === undefined ? {} : { lsn }) };
}

/** The answers of `write_alone`. */
export function answerRowsOf(answers: string): AnswerRow[] {
  type Told = [n: number, kind: AnswerRow['kind'], now: number, revision: number | null, at: number, ...unknown[]];
  return (JSON.parse(answers) as Told[]).map(([n, kind, now_at, revision, at, state, doc]) => ({
    n,
    kind,
    now_at,
    revision,
    at,
    state: state as WorkflowRow['state'],
    doc: (doc ?? '') as string,
  }));
}

/** The answer of `write_workflow_alone`. */
export function workflowAnswerOf(answer: string): WorkflowRowOf & { readonly written: boolean } {
  type Told = [written: boolean, now: number, revision: number | null, at: number, ...unknown[]];
  const [written, now_at, revision, at, state, doc] = JSON.parse(answer) as Told;
  return { written, now_at, revision, at, state: state as WorkflowRow['state'], doc: (doc ?? '') as string };
}

/** Commands as the arrays that the function `write` takes. */
export function columnsOf(commands: readonly WriteCommand[]): unknown[] {
  const events = commands.flatMap((command, at) => command.events.map((event) => ({ ...event, of: at + 1 })));
  return [
    textsOf(commands.map(({ slot }) => keyOf(slot))),
    textsOf(commands.map(({ slot }) => slot)),
    numbersOf(commands.map(({ expect }) => expect)),
    textsOf(commands.map(({ doc }) => doc)),
    textsOf(commands.map(({ index }) => index.state)),
    numbersOf(commands.map(({ index }) => dueOf(index))),
    textsOf(commands.map(({ slot, guard }) => (guard ? keyOf(workflowOfSlot(slot)) : null))),
    numbersOf(commands.map(({ guard }) => guard?.epoch ?? null)),
    numbersOf(events.map((event) => event.of)),
    numbersOf(events.map((event) => event.sequence)),
    textsOf(events.map((event) => event.doc)),
  ];
}

// Array literals of our own: a client's would go over each document several times, and this is most of what a batch
// takes here.
function numbersOf(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`;
}

function textsOf(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quoted(value))).join(',')}}`;
}

// JSON escapes quotes and backslashes as an array literal does, by far the fastest, and these as it does not.
const otherInJson = /[^\x20-\ud7ff\ue000-\uffff]/;

function quoted(text: string): string {
  return otherInJson.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : JSON.stringify(text);
}

function dueOf(index: RecordIndex): number | null {
  const offset = dueOffsetOf(index);
  return offset === undefined ? null : Math.ceil(offset);
}

/** What a command takes of a batch. */
export function weightOf({ slot, doc, events }: WriteCommand): number {
  return events.reduce((sum, event) => sum + event.doc.length, 2 * slot.length + doc.length);
}

/** The answer to a command; of a changed epoch it says only that. */
export function answerOf(row: AnswerRow, { slot }: WriteCommand): WriteAnswer | 'epoch' {
  const at = Number(row.now_at);
  switch (row.kind) {
    case 'written':
      return { kind: 'written', revision: row.revision ?? 0, at };
    case 'conflict':
      return { kind: 'conflict', at, ...(row.revision === null ? {} : { row: rowOf(slot, row) }) };
    case 'held':
      return { kind: 'held', at, workflow: workflowRowOf(workflowOfSlot(slot), row) };
    case 'epoch':
      return 'epoch';
  }
}

export function rowOf(slot: string, { revision, at, doc }: RowOf): Row {
  return { slot, revision: revision ?? 0, at: Number(at), doc };
}

export function workflowRowOf(workflow: string, { revision, at, state, doc }: WorkflowRowOf): WorkflowRow {
  return { workflow, revision: revision ?? 0, at: Number(at), state, doc };
}

/** The parameters of a listing: the range of keys, what the slots begin with, their colons, the state, the limit. */
export function pageOf(query: ListQuery): unknown[] {
  const { colons } = slotRange(query);
  const prefix = query.workflow === undefined ? '' : `${query.workflow}:`;
  const begin = prefix.slice(0, keptOfLongKey);
  const cursor = query.after === undefined ? '' : keyOf(query.after);
  const after = cursor > begin ? cursor : begin;
  return [after, `${begin}\u007f`, prefix, colons ?? null, query.state ?? null, query.limit + 1];
}
