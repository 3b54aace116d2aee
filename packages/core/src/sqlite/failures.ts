import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { OncelyError } from '../errors.ts';
import { plainError, plainWhy } from '../plain-error.ts';

// Primary result codes (https://sqlite.org/rescode.html).
const sqliteReadonly = 8;
const sqliteIoError = 10;
const sqliteCorrupt = 11;
const sqliteFull = 13;
const sqliteCantOpen = 14;
const sqliteNotADatabase = 26;

// SQLITE_BUSY and SQLITE_LOCKED; SQLITE_ABORT (a trigger of ours), SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH,
// which blame one row.
const busy = new Set([5, 6]);
const faultsOfOne = new Set([4, 18, 19, 20]);

export function isBusy(error: unknown): boolean {
  return busy.has(resultCodeOf(error));
}

/** Whether a statement failed for one of its rows. */
export function isFaultOfOne(error: unknown): boolean {
  return faultsOfOne.has(resultCodeOf(error));
}

/** Whether the open file itself failed, so that opening it anew may help. */
export function isFaultOfFile(error: unknown): boolean {
  return [sqliteReadonly, sqliteIoError, sqliteCantOpen].includes(resultCodeOf(error));
}

/**
 * Says what a failure of the file means. What may pass by itself is to be tried again: a busy file, a full or failing
 * disk, one that was mounted read-only meanwhile, too many open files.
 */
export function sqliteFailure(error: unknown, file: string, was: 'open' | 'opening'): OncelyError {
  if (error instanceof OncelyError) return error;
  const why = plainWhy(error);
  const failed = (code: 'ledger_unusable' | 'ledger_unavailable', what: string, fix: string): OncelyError =>
    new OncelyError(code, { message: `${what}. This command was not stored.`, fix, cause: plainError(error) });
  switch (resultCodeOf(error)) {
    case sqliteReadonly:
      return was === 'opening'
        ? failed(
            'ledger_unusable',
            `${file} cannot be written (${why})`,
            'give this process permission to write the file and its folder',
          )
        : failed(
            'ledger_unavailable',
            `The ledger ${file} cannot be written for now (${why})`,
            'look at the disk and the permissions of the file and its folder; the same command then succeeds',
          );
    case sqliteCantOpen:
      return was === 'opening' && !isReachable(file)
        ? failed(
            'ledger_unusable',
            `${file} cannot be opened (${why})`,
            'create its folder, or check the permissions of both',
          )
        : failed(
            'ledger_unavailable',
            `The ledger ${file} cannot be opened for now (${why})`,
            'look at the number of open files (ulimit -n) and at the disk; the same command then succeeds',
          );
    case sqliteIoError:
      return failed(
        'ledger_unavailable',
        `The ledger ${file} cannot be read or written for now (${why})`,
        'look at the disk; the same command then succeeds',
      );
    case sqliteFull:
      return failed(
        'ledger_unavailable',
        `The ledger ${file} cannot grow: its disk is full`,
        'free space on the disk; what was stored is intact, and the same command then succeeds',
      );
    case sqliteCorrupt:
      return failed(
        'ledger_unusable',
        `${file} is corrupt (${why})`,
        'restore it from a backup and mark what it may have forgotten with ledger.markSuspect(since)',
      );
    case sqliteNotADatabase:
      return failed('ledger_unusable', `${file} is not an SQLite database`, 'give the ledger a file of its own');
    default:
      return new OncelyError('ledger_unavailable', {
        message: `The ledger ${file} did not answer: ${why}. This command was not stored.`,
        cause: plainError(error),
      });
  }
}

/** Whether the file, or where it is to be made, could be opened by this process. */
function isReachable(file: string): boolean {
  const may = (path: string): boolean => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return true;
    } catch {
      return false;
    }
  };
  return may(dirname(file)) && may(file) && statSync(file).isFile();
}

function resultCodeOf(error: unknown): number {
  const { errcode, cause } = error as { errcode?: number; cause?: unknown };
  if (errcode !== undefined) return errcode & 0xff;
  return cause === undefined ? 0 : resultCodeOf(cause);
}
