import type { StatementSync } from 'node:sqlite';

import { OncelyError } from '../errors.ts';
import type { WriteCommand } from '../ledger.ts';

const selectEvent = `select at from events where slot = ? and sequence = ?`;

// What is gone was written after what is left.
const selectNewest = `select at from events order by rowid desc limit 1`;

const selectId = `select id from ledger`;

/** What this process remembers of the file: who it is, and the last audit event that it stored. Events are never deleted. */
export interface Memory {
  /**
   * Since when the file has forgotten: an older copy was put in its place. To be asked inside of a transaction, once.
   * @throws OncelyError `ledger_unusable` where it is another ledger now
   */
  lostSince(): number | undefined;
  /** Once it is committed. */
  remember(command: WriteCommand, at: number): void;
  forget(): void;
}

export function createMemory(statement: (sql: string) => StatementSync, file: string): Memory {
  let id: string | undefined;
  let last: { readonly slot: string; readonly sequence: number; readonly at: number } | undefined;
  return {
    lostSince: () => {
      const here = (statement(selectId).get() as { id: string }).id;
      id ??= here;
      if (here !== id) {
        throw new OncelyError('ledger_unusable', {
          message: `${file} was overwritten by another ledger while this process used it. Nothing was sent.`,
          fix: 'put the right file in place, mark what it may have forgotten (oncely.suspect(since)), and start the processes again',
        });
      }
      if (!last) return undefined;
      const found = statement(selectEvent).get(last.slot, last.sequence) as { at: number } | undefined;
      if (found?.at === last.at) return undefined;
      last = undefined;
      return (statement(selectNewest).get() as { at: number } | undefined)?.at ?? 0;
    },
    remember: ({ slot, events }, at) => {
      const event = events.at(-1);
      if (event) last = { slot, sequence: event.sequence, at };
    },
    forget: () => {
      id = undefined;
      last = undefined;
    },
  };
}
