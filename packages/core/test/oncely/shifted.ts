import type { Ledger } from '@oncely/core';

type Row = NonNullable<Awaited<ReturnType<Ledger['read']>>['row']>;

/** A ledger whose clock a test may set ahead: each row keeps the time at which it was written on it. */
export function shifted(ledger: Ledger): { readonly ledger: Ledger; ahead: number } {
  const state = { ahead: 0, ledger };
  const writtenAhead = new Map<string, number>();
  const keyOf = ({ slot, revision }: Pick<Row, 'slot' | 'revision'>): string => `${slot} ${revision}`;
  const shownRow = (row: Row): Row => ({ ...row, at: row.at + (writtenAhead.get(keyOf(row)) ?? 0) });
  const shown = <T extends { readonly at: number; readonly row?: Row }>(answer: T): T => ({
    ...answer,
    at: answer.at + state.ahead,
    ...(answer.row === undefined ? {} : { row: shownRow(answer.row) }),
  });
  state.ledger = {
    ...ledger,
    open: async () => shown(await ledger.open()),
    read: async (slot) => shown(await ledger.read(slot)),
    write: async (command) => {
      const answer = await ledger.write(command);
      if (answer.kind === 'written') writtenAhead.set(keyOf({ ...command, ...answer }), state.ahead);
      return shown(answer as typeof answer & { readonly row?: Row });
    },
    remove: async (command) => {
      const ahead = writtenAhead.get(keyOf({ slot: command.slot, revision: command.expect })) ?? 0;
      return shown(
        (await ledger.remove({ ...command, at: command.at - ahead })) as { readonly kind: 'removed'; at: number },
      );
    },
    list: async (query) => {
      const answer = await ledger.list(query);
      return { ...answer, at: answer.at + state.ahead, rows: answer.rows.map(shownRow) };
    },
  };
  return state;
}
