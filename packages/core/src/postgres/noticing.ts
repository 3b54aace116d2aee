import { OncelyError } from '../errors.ts';
import { stateOf } from './failures.ts';
import { createOrigin, isUntold } from './origin.ts';

const callNoticeTables = `select {notice_tables}($1) as tables`;
const callNoticeOrigin = `select {notice_origin}($1, $2) as origin`;

/** What a process knows of the server and of the tables that it works with. */
export interface Noticing {
  /** As the last parameters of a write. */
  values(): readonly [origin: string | null, lsn: string | null, tables: string | null];
  /** The log of writes stood there when a write was answered. */
  saw(lsn: string | undefined): void;
  /**
   * Looks at what both are now; the ledger is marked where it may have forgotten.
   * @throws OncelyError `ledger_unusable` where it is another ledger than this process has used
   */
  notice(): Promise<void>;
  /** @throws the same again: nothing is stored there on the word of what this process knew */
  refuseReplaced(): void;
  /** Whether there were tables that this process has used: then it makes no new ones. */
  hasSeenTables(): boolean;
}

export function createNoticing(name: string, one: <T>(statement: string, values: unknown[]) => Promise<T>): Noticing {
  const origin = createOrigin();
  let tables: string | undefined;
  let replaced: OncelyError | undefined;

  const refuseReplaced = (): void => {
    if (replaced) throw replaced;
  };

  const noticeTables = async (): Promise<void> => {
    const here = (await one<{ readonly tables: string | null }>(callNoticeTables, [tables ?? null])).tables;
    // Of a ledger without its own row more is said by whoever reads it.
    if (here === null) return;
    if (tables !== undefined && idOf(tables) !== idOf(here)) {
      replaced = new OncelyError('ledger_unusable', {
        message: `The ledger (${name}) was dropped and made anew while this process used it. It is marked as one that may have forgotten. Nothing was sent.`,
        fix: 'put the right tables back from a backup if there is one, and restart this process',
      });
    }
    refuseReplaced();
    tables = here;
  };

  const noticeOrigin = async (): Promise<void> => {
    try {
      const [known, lsn] = origin.values();
      origin.noticed((await one<{ readonly origin: string }>(callNoticeOrigin, [known, lsn])).origin);
    } catch (error) {
      if (!isUntold(stateOf(error instanceof OncelyError ? error.cause : error))) throw error;
      origin.noticed(undefined);
    }
  };

  return {
    values: () => [...origin.values(), tables ?? null],
    saw: (lsn) => origin.saw(lsn),
    notice: async () => {
      refuseReplaced();
      await noticeTables();
      await noticeOrigin();
    },
    refuseReplaced,
    hasSeenTables: () => tables !== undefined,
  };
}

function idOf(tables: string): string {
  return tables.split(' ', 1)[0] ?? '';
}
