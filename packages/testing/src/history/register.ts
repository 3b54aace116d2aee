import type { HistoryEvent, RecordedAnswer, RecordedCommand, RecordedRow, RecordEssentials } from './event.ts';

/** One try to write a register by compare-and-set. */
export interface Write {
  readonly process: string;
  readonly begun: number;
  /** Infinite where no answer came. */
  readonly ended: number;
  readonly expect: number;
  readonly digest: string;
  /**
   * `refused` is held or of another epoch. A `conflict` says what was there, and a client that sends a command again by
   * itself may so be shown its own first try.
   */
  readonly outcome: 'written' | 'conflict' | 'refused' | 'unknown';
  /** The revision that was answered: the written one, or the one in the way. */
  readonly answered?: number;
  readonly guard?: number;
  readonly record?: RecordEssentials;
  /** Of a workflow. */
  readonly state?: string;
}

/** An answer that shows a register at a revision; 0: that there was nothing. */
export interface Sight {
  readonly process: string;
  readonly begun: number;
  readonly ended: number;
  readonly revision: number;
  readonly digest?: string;
  /** When that revision was stored, and the time of the answer, both by the ledger. */
  readonly at?: number;
  readonly now?: number;
}

/** A slot's record or a workflow's row. */
export interface Register {
  readonly name: string;
  readonly writes: Write[];
  readonly sights: Sight[];
}

export interface Registers {
  readonly slots: ReadonlyMap<string, Register>;
  readonly workflows: ReadonlyMap<string, Register>;
  /** The epochs that were answered. */
  readonly epochs: readonly { readonly epoch: number; readonly ended: number }[];
}

/** Sorts a history's calls and answers by what they are about. */
export function registersOf(history: readonly HistoryEvent[]): Registers {
  const slots = new Map<string, Register>();
  const workflows = new Map<string, Register>();
  const epochs: { epoch: number; ended: number }[] = [];
  const open = new Map<string, { command: RecordedCommand; begun: number }>();
  const slot = (name: string): Register => named(slots, name);
  const workflow = (name: string): Register => named(workflows, name);

  const take = (process: string, begun: number, command: RecordedCommand, ended: number, answer?: RecordedAnswer) => {
    const span = { process, begun, ended };
    if (command.op === 'write' || command.op === 'write_workflow') {
      const register = command.op === 'write' ? slot(command.slot) : workflow(command.workflow);
      const { expect, digest } = command;
      const details =
        command.op === 'write'
          ? {
              ...(command.guard === undefined ? {} : { guard: command.guard }),
              ...(command.record === undefined ? {} : { record: command.record }),
            }
          : { state: command.state };
      register.writes.push({ ...span, expect, digest, ...outcomeOf(answer), ...details });
      if (answer?.kind === 'written') {
        const { revision, now } = answer;
        register.sights.push({ ...span, revision, digest, at: now, now });
      }
      if (answer?.kind === 'conflict') register.sights.push(sight(span, answer.row, answer.now));
    }
    if (answer?.kind === 'held' && command.op === 'write') {
      workflow(workflowOf(command.slot)).sights.push(sight(span, answer.row, answer.now));
    }
    if (answer?.kind === 'shown') {
      if (command.op === 'read') slot(command.slot).sights.push(sight(span, answer.row, answer.now));
      if (command.op === 'read_workflow') workflow(command.workflow).sights.push(sight(span, answer.row, answer.now));
    }
    if (answer?.kind === 'rows') for (const row of answer.rows) slot(row.slot).sights.push(sight(span, row));
    if (answer?.kind === 'epoch') epochs.push({ epoch: answer.epoch, ended });
  };

  for (const event of history) {
    const { process, time } = event;
    if (event.kind === 'call') open.set(`${process} ${event.call}`, { command: event.command, begun: time });
    if (event.kind !== 'answer' && event.kind !== 'failed') continue;
    const call = open.get(`${process} ${event.call}`);
    if (!call) throw new Error(`the history holds an answer to a call that it does not hold: ${process} ${event.call}`);
    open.delete(`${process} ${event.call}`);
    if (event.kind === 'answer') take(process, call.begun, call.command, time, event.answer);
    else take(process, call.begun, call.command, Infinity);
  }
  for (const [key, { command, begun }] of open) take(key.slice(0, key.lastIndexOf(' ')), begun, command, Infinity);
  return { slots, workflows, epochs };
}

/** The workflow that a slot belongs to: the slot without its last part. */
export function workflowOf(slot: string): string {
  return slot.slice(0, Math.max(0, slot.lastIndexOf(':')));
}

function named(all: Map<string, Register>, name: string): Register {
  let found = all.get(name);
  if (!found) all.set(name, (found = { name, writes: [], sights: [] }));
  return found;
}

function sight(span: Pick<Sight, 'process' | 'begun' | 'ended'>, row: RecordedRow | undefined, now?: number): Sight {
  const time = now === undefined ? {} : { now };
  if (!row) return { ...span, revision: 0, ...time };
  return { ...span, revision: row.revision, digest: row.digest, at: row.at, ...time };
}

function outcomeOf(answer: RecordedAnswer | undefined): Pick<Write, 'outcome' | 'answered'> {
  if (answer?.kind === 'written') return { outcome: 'written', answered: answer.revision };
  if (answer?.kind === 'conflict') return { outcome: 'conflict', answered: answer.row?.revision ?? 0 };
  return { outcome: answer ? 'refused' : 'unknown' };
}
