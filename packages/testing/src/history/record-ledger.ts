import type { Ledger } from '@oncely/core';

import { digestOf, essentialsOf } from './essentials.ts';
import type { RecordedAnswer, RecordedCommand, RecordedRow } from './event.ts';
import type { Journal } from './journal.ts';

type Row = NonNullable<Awaited<ReturnType<Ledger['read']>>['row']>;
type WorkflowRow = NonNullable<Awaited<ReturnType<Ledger['readWorkflow']>>['row']>;
type Info = Awaited<ReturnType<Ledger['open']>>;

/**
 * A ledger whose every command and answer goes into a journal: the command before the ledger sees it, the answer before
 * its caller does. An error is recorded as no answer, whatever it says.
 * @example
 * const ledger = recordLedger(sqliteLedger('effects.db'), openJournal(folder, 'worker-1'));
 */
export function recordLedger(ledger: Ledger, journal: Journal): Ledger {
  let calls = 0;

  const recorded = async <T>(
    command: RecordedCommand,
    work: () => Promise<T>,
    told: (answer: T) => RecordedAnswer,
  ): Promise<T> => {
    const call = (calls += 1);
    journal.append({ kind: 'call', call, command });
    try {
      const answer = await work();
      const time = journal.now();
      journal.append({ kind: 'answer', call, answer: told(answer), time });
      return answer;
    } catch (error) {
      journal.append({ kind: 'failed', call, reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  };

  return {
    name: ledger.name,
    open: () => recorded({ op: 'info' }, () => ledger.open(), infoTold),
    write: (command) => {
      const record = essentialsOf(command.doc);
      return recorded(
        {
          op: 'write',
          slot: command.slot,
          expect: command.expect,
          digest: digestOf(command.doc),
          ...(command.guard ? { guard: command.guard.epoch } : {}),
          ...(record ? { record } : {}),
        },
        () => ledger.write(command),
        (answer) => {
          switch (answer.kind) {
            case 'written':
              return { kind: 'written', revision: answer.revision, now: answer.at };
            case 'conflict':
              return { kind: 'conflict', now: answer.at, ...shown(answer.row) };
            case 'held':
              return { kind: 'held', now: answer.at, row: workflowRow(answer.workflow) };
            case 'epoch':
              return infoTold(answer.info);
          }
        },
      );
    },
    read: (slot) =>
      recorded(
        { op: 'read', slot },
        () => ledger.read(slot),
        (answer) => ({ kind: 'shown', now: answer.at, ...shown(answer.row) }),
      ),
    list: (query) =>
      recorded(
        { op: 'list' },
        () => ledger.list(query),
        (answer) => ({ kind: 'rows', rows: answer.rows.map((row) => ({ slot: row.slot, ...plainRow(row) })) }),
      ),
    audited: (query) => ledger.audited(query),
    markSealed: (rows) => ledger.markSealed(rows),
    history: (slot) => ledger.history(slot),
    readWorkflow: (workflow) =>
      recorded(
        { op: 'read_workflow', workflow },
        () => ledger.readWorkflow(workflow),
        (answer) => ({ kind: 'shown', now: answer.at, ...(answer.row ? { row: workflowRow(answer.row) } : {}) }),
      ),
    writeWorkflow: (command) => {
      const { workflow, expect, state } = command;
      return recorded(
        { op: 'write_workflow', workflow, expect, state, digest: workflowDigest(command) },
        () => ledger.writeWorkflow(command),
        (answer) =>
          answer.kind === 'written'
            ? { kind: 'written', revision: answer.revision, now: answer.at }
            : { kind: 'conflict', now: answer.at, ...(answer.row ? { row: workflowRow(answer.row) } : {}) },
      );
    },
    markSuspect: (since) => recorded({ op: 'info' }, () => ledger.markSuspect(since), infoTold),
    raiseEpoch: () => recorded({ op: 'info' }, () => ledger.raiseEpoch(), infoTold),
    close: () => ledger.close(),
  };
}

function infoTold({ epoch }: Info): RecordedAnswer {
  return { kind: 'epoch', epoch };
}

function shown(row: Row | undefined): { row?: RecordedRow } {
  return row ? { row: plainRow(row) } : {};
}

function plainRow({ revision, at, doc }: Row): RecordedRow {
  return { revision, at, digest: digestOf(doc) };
}

function workflowRow(row: WorkflowRow): RecordedRow {
  return { revision: row.revision, at: row.at, digest: workflowDigest(row) };
}

function workflowDigest({ state, doc }: Pick<WorkflowRow, 'state' | 'doc'>): string {
  return digestOf(`${state} ${doc}`);
}
