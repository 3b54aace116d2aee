import { closeSync, fchmodSync, openSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

import { OncelyError } from '../errors.ts';

/** SQLite keeps three files while a ledger is in use, and gives the second and third the permissions of the first. */
const parts = ['', '-wal', '-shm'] as const;

const forOwner = 0o600;
const forOthers = 0o077;
const writableByAll = 0o002;
const sticky = 0o1000;

/** Which files on the disk are open. */
export interface OpenFiles {
  readonly file: string;
  /** Device and number of each part. */
  readonly places: readonly string[];
}

/**
 * Makes the file for its owner alone, whatever the umask, before SQLite makes it for everybody. One that is there is left
 * as it is.
 */
export function makePrivate(file: string): void {
  // Permissions there are not of this kind.
  if (process.platform === 'win32') return;
  try {
    const made = openSync(file, 'wx', forOwner);
    try {
      fchmodSync(made, forOwner);
    } finally {
      closeSync(made);
    }
  } catch {
    // It is there, or cannot be made, of which SQLite says more.
  }
}

/** Tells of a ledger that others can read, write or exchange. */
export function warnOfOthers(file: string, warn: (message: string) => void): void {
  if (process.platform === 'win32') return;
  const open = parts.flatMap((part) => {
    const mode = statOf(file + part)?.mode ?? 0;
    return mode & forOthers ? [`${file + part} (${(mode & 0o777).toString(8)})`] : [];
  });
  if (open.length > 0) {
    warn(
      `The ledger ${file} can be read or written by other users of this machine: ${open.join(', ')}. It holds requests and the fingerprint key: chmod 600 all of them.`,
    );
  }
  const folder = dirname(file);
  const mode = statOf(folder)?.mode ?? 0;
  if (mode & writableByAll && !(mode & sticky)) {
    warn(`The ledger ${file} lies in a folder in which everybody may delete or exchange it: chmod o-w ${folder}.`);
  }
}

/** @throws OncelyError `ledger_unusable` where the file has a second name, under which it would be two ledgers. */
export function refuseSecondName(file: string): void {
  const found = statOf(file);
  if (found?.isFile() === true && found.nlink > 1) {
    throw new OncelyError('ledger_unusable', {
      message: `${file} has a second name (a hard link). Under each name SQLite keeps other writes beside it, so they would be two ledgers. Nothing was sent.`,
      fix: 'remove the other name, or copy the file under its own: cp, never ln',
    });
  }
}

export function filesOf(file: string): OpenFiles {
  return { file, places: parts.map((part) => placeOf(file + part)) };
}

/**
 * Holds the files that are open against those under their names.
 * @throws OncelyError `ledger_unusable` where one was deleted, moved or exchanged: what is written then nobody else sees.
 */
export function refuseOtherFiles({ file, places }: OpenFiles): void {
  for (const [at, place] of places.entries()) {
    const part = parts[at] ?? '';
    const now = placeOf(file + part);
    if (now === place) continue;
    throw new OncelyError('ledger_unusable', {
      message: `${file + part} was ${now === '' ? 'deleted or moved' : 'exchanged for another file'} while this process used it. What it would store now nobody else would see. Nothing was sent.`,
      fix: 'stop all processes of this ledger, put the right file in place, mark what it may have forgotten (oncely.suspect(since)), and start them',
    });
  }
}

function placeOf(path: string): string {
  // Numbers of some file systems are above what a number holds.
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.dev}:${found.ino}` : '';
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
