import { workflowOfSlot } from '../contract.ts';
import type { Row, WorkflowAnswer, WorkflowRow, WriteAnswer, WriteCommand } from '../ledger.ts';
import { dueOffsetOf } from '../shelves.ts';

/** What is wrong with a command that no script should meet, since it would fail in the midst of others. */
export function commandProblem({ slot, expect, doc, index, events, guard }: WriteCommand): string | undefined {
  if (typeof slot !== 'string' || !/^[\x20-\x7e]+$/.test(slot)) return 'its slot is not printable ASCII';
  if (!isCount(expect)) return 'its expected revision is not a whole number from 0';
  if (typeof doc !== 'string') return 'its document is not a text';
  if (typeof index.state !== 'string') return 'its state is not a text';
  if (!Number.isFinite(dueOffsetOf(index) ?? 0)) return 'its due time is not a number';
  if (guard && !isCount(guard.epoch)) return 'the epoch of its guard is not a whole number from 0';
  for (const event of events) {
    if (!isCount(event.sequence)) return 'the sequence of an event is not a whole number from 0';
    if (typeof event.doc !== 'string') return 'an event is not a text';
  }
  return undefined;
}

/** A command as the script of writes takes it. */
export function argumentsOf({ expect, doc, index, events, guard }: WriteCommand): string[] {
  const args = [
    String(expect),
    doc,
    index.state,
    String(dueOffsetOf(index) ?? ''),
    guard ? String(guard.epoch) : '',
    String(events.length),
  ];
  for (const event of events) args.push(String(event.sequence), event.doc);
  return args;
}

/** `epoch` has yet to be told whole, and `error` to be thrown. */
export type Answered = WriteAnswer | 'epoch' | { readonly kind: 'error'; readonly why: string };

export function answerOf(reply: readonly string[], slot: string): Answered {
  const [kind = '', first = '', ...rest] = reply;
  const at = Number(first);
  switch (kind) {
    case 'written':
      return { kind, at, revision: Number(rest[0]) };
    case 'conflict': {
      const row = rowOf(slot, rest);
      return { kind, at, ...(row ? { row } : {}) };
    }
    case 'held':
      return { kind, at, workflow: workflowRowOf(workflowOfSlot(slot), rest[0] ?? '') };
    case 'epoch':
      return kind;
    default:
      return { kind: 'error', why: first };
  }
}

export function workflowAnswerOf(reply: readonly string[], workflow: string): WorkflowAnswer {
  const [kind, at, rest] = reply;
  if (kind === 'written') return { kind, at: Number(at), revision: Number(rest) };
  return {
    kind: 'conflict',
    at: Number(at),
    ...(rest === undefined ? {} : { row: workflowRowOf(workflow, rest) }),
  };
}

/** A row as scripts give it; `{}` is an empty list. */
export function rowOf(slot: string, [head, doc = '']: readonly string[]): Row | undefined {
  if (head === undefined) return undefined;
  const [revision, at] = head.split(' ', 2);
  return { slot, revision: Number(revision), at: Number(at), doc };
}

/** The state of the last write, behind revision and time in a row's head. */
export function stateOfRow([head = '']: readonly string[]): string {
  return head.slice(head.indexOf(' ', head.indexOf(' ') + 1) + 1);
}

/** A workflow's text: revision, at, state, doc. */
export function workflowRowOf(workflow: string, text: string): WorkflowRow {
  const [revision = '', at = '', state = ''] = text.split(' ', 3);
  const doc = text.slice(revision.length + at.length + state.length + 3);
  return { workflow, revision: Number(revision), at: Number(at), state: state as WorkflowRow['state'], doc };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
