import type { Ledger, LedgerInfo, Row, WorkflowRow } from '../../../src/ledger.ts';

/** A command with all that is the same for every store; a guard says how far its epoch is from the present one. */
export type Concrete =
  | {
      readonly kind: 'writes';
      readonly commands: readonly (Omit<Parameters<Ledger['write']>[0], 'guard'> & {
        readonly guard?: 'right' | 'old' | 'unborn';
      })[];
    }
  | { readonly kind: 'read' | 'history'; readonly slot: string }
  | ({ readonly kind: 'list' } & Parameters<Ledger['list']>[0])
  | ({ readonly kind: 'write_workflow' } & Parameters<Ledger['writeWorkflow']>[0])
  | { readonly kind: 'read_workflow'; readonly workflow: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'suspect'; readonly since: number | undefined };

/** A store whose answers can be compared with another's. */
export interface Subject {
  readonly name: string;
  /** To be called before each sequence. */
  begin(): Promise<void>;
  /** The answer without what differs from store to store: times are named by the write that they belong to. */
  answer(command: Concrete): Promise<unknown>;
}

export function subject(name: string, ledger: Ledger): Subject {
  /** When each revision was stored, by what its writer was told. */
  const written = new Map<string, number>();
  /** Which revision stored an event. */
  const stored = new Map<string, number>();
  const epochs: number[] = [];
  let opened: LedgerInfo | undefined;

  const timeOf = (what: string, at: number): string =>
    written.get(what) === at ? `of ${what}` : `${at}, which is not the ${written.get(what)} of ${what}`;

  const row = (found: Row | undefined, now: number): object =>
    found
      ? {
          slot: found.slot,
          revision: found.revision,
          doc: found.doc,
          at: timeOf(`${found.slot} ${found.revision}`, found.at),
          ...(now < found.at ? { now: 'before its row' } : {}),
        }
      : { row: 'none' };

  const workflowRow = (found: WorkflowRow | undefined): object =>
    found
      ? {
          workflow: found.workflow,
          revision: found.revision,
          state: found.state,
          doc: found.doc,
          at: timeOf(`${found.workflow} ${found.revision}`, found.at),
        }
      : { row: 'none' };

  const info = (found: LedgerInfo): object => ({
    same: found.id === opened?.id && Buffer.from(found.key).equals(opened.key),
    // An epoch may rise by any amount.
    epoch: epochs.indexOf(found.epoch),
    suspectSince: found.suspectSince ?? 'never',
  });

  const write = async (command: (Concrete & { kind: 'writes' })['commands'][number]): Promise<object> => {
    const { guard, ...rest } = command;
    const epoch = (epochs.at(-1) ?? 0) + { right: 0, old: -1, unborn: 1 }[guard ?? 'right'];
    const answer = await ledger.write(guard ? { ...rest, guard: { epoch } } : rest);
    switch (answer.kind) {
      case 'written': {
        const { slot, events } = command;
        written.set(`${slot} ${answer.revision}`, answer.at);
        for (const event of events) stored.set(`${slot} ${event.sequence}`, answer.revision);
        const before = written.get(`${slot} ${answer.revision - 1}`) ?? 0;
        return { kind: 'written', revision: answer.revision, order: answer.at >= before };
      }
      case 'conflict':
        return { kind: 'conflict', ...row(answer.row, answer.at) };
      case 'held':
        return { kind: 'held', ...workflowRow(answer.workflow) };
      case 'epoch':
        return { kind: 'epoch', ...info(answer.info) };
    }
  };

  return {
    name,
    begin: async () => {
      epochs.splice(0);
      opened = await ledger.open();
      // What the last sequence left behind.
      epochs.push((await ledger.markSuspect(undefined)).epoch);
    },
    answer: async (command) => {
      switch (command.kind) {
        case 'writes':
          return Promise.all(command.commands.map((each) => write(each).catch(() => 'refused')));
        case 'read': {
          const { at, row: found } = await ledger.read(command.slot);
          return row(found, at);
        }
        case 'history': {
          const events = await ledger.history(command.slot);
          return events.map(({ sequence, doc, at }) => ({
            sequence,
            doc,
            at: timeOf(`${command.slot} ${stored.get(`${command.slot} ${sequence}`)}`, at),
          }));
        }
        case 'list': {
          const { kind: _kind, ...query } = command;
          const pages: object[] = [];
          for (let after = query.after; ;) {
            const page = await ledger.list(after === undefined ? query : { ...query, after });
            pages.push({ rows: page.rows.map((each) => row(each, page.at)), next: page.next ?? 'none' });
            if (page.next === undefined || pages.length > 20) return pages;
            after = page.next;
          }
        }
        case 'write_workflow': {
          const { kind: _kind, ...rest } = command;
          const answer = await ledger.writeWorkflow(rest);
          if (answer.kind === 'conflict') return { kind: 'conflict', ...workflowRow(answer.row) };
          written.set(`${rest.workflow} ${answer.revision}`, answer.at);
          return { kind: 'written', revision: answer.revision };
        }
        case 'read_workflow':
          return workflowRow((await ledger.readWorkflow(command.workflow)).row);
        case 'open':
          return info(await ledger.open());
        case 'suspect': {
          const found = await ledger.markSuspect(command.since);
          const raised = found.epoch > (epochs.at(-1) ?? 0);
          epochs.push(found.epoch);
          return { raised, ...info(found) };
        }
      }
    },
  };
}
