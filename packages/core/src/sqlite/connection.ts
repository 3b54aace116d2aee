import { resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import { newIdentity } from '../ledger-identity.ts';
import { isBusy, isFaultOfFile, sqliteFailure } from './failures.ts';
import { filesOf, makePrivate, refuseOtherFiles, refuseSecondName, warnOfOthers, type OpenFiles } from './file.ts';
import { refuseUnfitPlace } from './place.ts';
import { migrate, rollback } from './schema.ts';

export interface ConnectionOptions {
  readonly allowEphemeral: boolean;
  readonly busyTimeoutMs: number;
  readonly warn: (message: string) => void;
  readonly now: () => number;
}

/** The open file, opened at the first use and held against its path at each. */
export interface Connection {
  /** A statement, prepared once. */
  readonly statement: (sql: string) => StatementSync;
  /** Works as soon as no other process is in the way, within the busy timeout. */
  readonly patiently: <T>(work: () => T) => Promise<T>;
  readonly inTransaction: <T>(work: () => T, begin?: string) => T;
  readonly close: () => void;
}

interface Opened {
  readonly database: DatabaseSync;
  readonly prepared: Map<string, StatementSync>;
  readonly files: OpenFiles;
}

export function connectionTo(
  file: string,
  { allowEphemeral, busyTimeoutMs, warn, now }: ConnectionOptions,
): Connection {
  let opened: Opened | undefined;
  // Kept while the file is opened anew after a failure of the disk: it must be the one that it was.
  let files: OpenFiles | undefined;

  const connect = (): Opened => {
    if (opened) return opened;
    refuseUnfitPlace(file, allowEphemeral);
    const path = files?.file ?? resolve(file);
    if (files) refuseOtherFiles({ ...files, places: files.places.slice(0, 1) });
    else makePrivate(path);
    refuseSecondName(path);
    let database: DatabaseSync | undefined;
    try {
      // SQLite itself waits for other processes only briefly, since it blocks the event loop; see `patiently`.
      database = new DatabaseSync(path);
      database.exec('pragma busy_timeout = 50');
      migrate(database, file, newIdentity(now()));
      // So that the parts beside it are there.
      database.prepare('select 1 from ledger').get();
    } catch (error) {
      database?.close();
      throw isBusy(error) ? error : sqliteFailure(error, file, files ? 'open' : 'opening');
    }
    if (!files) warnOfOthers(path, warn);
    files = filesOf(path);
    opened = { database, prepared: new Map(), files };
    return opened;
  };

  const disconnect = (): void => {
    opened?.prepared.clear();
    opened?.database.close();
    opened = undefined;
  };

  return {
    statement: (sql) => {
      const { database, prepared } = connect();
      let found = prepared.get(sql);
      if (!found) prepared.set(sql, (found = database.prepare(sql)));
      return found;
    },
    patiently: async (work) => {
      const giveUpAt = performance.now() + busyTimeoutMs;
      for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
        try {
          if (opened) refuseOtherFiles(opened.files);
          return work();
        } catch (error) {
          if (!isBusy(error) || performance.now() > giveUpAt) {
            if (opened && isFaultOfFile(error)) disconnect();
            throw sqliteFailure(error, file, 'open');
          }
          await new Promise((later) => setTimeout(later, pauseMs * (0.5 + Math.random())));
        }
      }
    },
    inTransaction: (work, begin = 'begin immediate') => {
      const { database } = connect();
      database.exec(begin);
      try {
        const result = work();
        database.exec('commit');
        return result;
      } catch (error) {
        rollback(database);
        throw error;
      }
    },
    close: () => {
      disconnect();
      files = undefined;
    },
  };
}
