import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { isOncelyError, type OncelyError } from '../../src/errors.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';

const fileSystem = vi.hoisted(() => {
  // An earlier file of this process may have loaded them over the real one.
  vi.resetModules();
  return { type: undefined as number | undefined };
});
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    statfsSync: (path: string) => (fileSystem.type === undefined ? real.statfsSync(path) : { type: fileSystem.type }),
  };
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-sqlite-'));
  file = join(folder, 'effects.db');
});
afterEach(() => {
  fileSystem.type = undefined;
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

async function refusal(work: Promise<unknown>): Promise<OncelyError> {
  const error: unknown = await work.then(
    () => new Error('it was taken'),
    (reason: unknown) => reason,
  );
  if (!isOncelyError(error)) throw new Error('it was not refused', { cause: error });
  expect(error.code).toBe('ledger_unusable');
  expect(error.next).toBe('fix-code');
  expect(error.message).toMatch(/\n {2}fix: \S/);
  return error;
}

/** A closed ledger of many pages. */
async function filled(): Promise<void> {
  const ledger = sqliteLedger(file);
  for (let slot = 0; slot < 60; slot += 1) {
    await ledger.write({
      slot: `slot${slot}`,
      expect: 0,
      doc: 'x'.repeat(2_000),
      index: { state: 's' },
      events: [{ sequence: 1, doc: 'event' }],
    });
  }
  await ledger.close();
}

async function readAll(): Promise<void> {
  const ledger = sqliteLedger(file);
  try {
    await ledger.open();
    for (let slot = 0; slot < 60; slot += 1) await ledger.read(`slot${slot}`);
    await ledger.list({ limit: 100 });
  } finally {
    await ledger.close();
  }
}

describe('an SQLite ledger refuses', () => {
  it('a file that is no database', async () => {
    writeFileSync(file, 'This is a text, and long enough to be taken for a header of a database or two. '.repeat(20));
    expect((await refusal(sqliteLedger(file).open())).message).toContain('is not an SQLite database');
    expect(readFileSync(file, 'utf8')).toMatch(/^This is a text/);
  });

  it('a file whose pages were overwritten', async () => {
    await filled();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4_096);
    writeFileSync(file, bytes);
    expect((await refusal(readAll())).message).toMatch(/is corrupt.*\n {2}fix: restore it from a backup and mark/s);
  });

  it('a file that was cut off', async () => {
    await filled();
    truncateSync(file, Math.floor(statSync(file).size / 2));
    expect((await refusal(readAll())).message).toMatch(/is corrupt/);
  });

  it("somebody else's database", async () => {
    const other = new DatabaseSync(file);
    other.exec('create table invoices (id text)');
    other.close();
    expect((await refusal(sqliteLedger(file).open())).message).toContain('is an SQLite database of something else');
    const again = new DatabaseSync(file);
    expect(again.prepare(`select count(*) as n from sqlite_schema`).get()).toEqual({ n: 1 });
    again.close();
  });

  it('a file of a newer version', async () => {
    await filled();
    const newer = new DatabaseSync(file);
    newer.exec('pragma user_version = 99');
    newer.close();
    expect((await refusal(sqliteLedger(file).open())).message).toMatch(
      /newer version.*schema 99.*update @oncely\/core/s,
    );
  });

  it('a folder that does not exist, and takes it once it does', async () => {
    const ledger = sqliteLedger(join(folder, 'data', 'effects.db'));
    expect((await refusal(ledger.open())).message).toContain('create its folder');
    mkdirSync(join(folder, 'data'));
    expect((await ledger.open()).epoch).toBe(1);
    await ledger.close();
  });

  it('a folder for a file', async () => {
    expect((await refusal(sqliteLedger(folder).open())).message).toContain('cannot be opened');
  });

  it.each([
    ['file', 0o755, 0o444],
    ['folder and file', 0o555, 0o444],
  ])('a read-only %s', async (_what, folderMode, fileMode) => {
    await filled();
    chmodSync(file, fileMode);
    chmodSync(folder, folderMode);
    const ledger = sqliteLedger(file);
    expect((await refusal(asNobody(() => ledger.open()))).message).toMatch(/permission/);
  });

  it.each(['AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE', 'VERCEL'])(
    'a local file where %s says that it vanishes',
    async (name) => {
      vi.stubEnv(name, 'fn');
      expect((await refusal(sqliteLedger(file).open())).message).toContain('allowEphemeral: true');
      const ledger = sqliteLedger(file, { allowEphemeral: true });
      expect((await ledger.open()).epoch).toBe(1);
      await ledger.close();
    },
  );

  it.each([':memory:', '', 'file::memory:', 'file:x.db?mode=memory', 'file:x.db?nolock=1'])('%j', async (name) => {
    expect((await refusal(sqliteLedger(name).open())).message).toMatch(/give (a|the) (file|path)/);
  });

  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0x01021997, '9P'],
  ])('a network file system (%d)', async (type, name) => {
    fileSystem.type = type;
    expect((await refusal(sqliteLedger(file).open())).message).toContain(`network file system (${name})`);
  });
});

describe('an SQLite ledger', () => {
  it('opens nothing before its first use', () => {
    sqliteLedger(file);
    expect(() => statSync(file)).toThrow(/ENOENT/);
  });

  it('finds all again after it was closed, by itself and by another', async () => {
    const ledger = sqliteLedger(file);
    const { id, key } = await ledger.open();
    await ledger.write({
      slot: 's',
      expect: 0,
      doc: 'd',
      index: { state: 'x' },
      events: [{ sequence: 1, doc: 'e' }],
    });
    await ledger.close();
    await ledger.close();
    for (const again of [ledger, sqliteLedger(file)]) {
      const info = await again.open();
      expect([info.id, Buffer.from(info.key)]).toEqual([id, Buffer.from(key)]);
      expect((await again.read('s')).row?.doc).toBe('d');
      expect(await again.history('s')).toHaveLength(1);
      await again.close();
    }
  });

  it.each([
    ['update events set doc = ?', ['forged']],
    [`delete from events where slot <> ?`, ['']],
    [`insert or replace into events (slot, sequence, at, doc) values ('slot1', 1, 0, ?)`, ['forged']],
    [`update or replace events set sequence = 2 where doc <> ?`, ['']],
  ])('keeps its audit events against %s', async (sql, values) => {
    await filled();
    const database = new DatabaseSync(file);
    expect(() => database.prepare(sql).run(...values)).toThrow(/immutable/);
    expect(database.prepare(`select count(*) as n from events where doc = 'event'`).get()).toEqual({ n: 60 });
    database.close();
  });
});

/** Root may write everything, so it steps down; the first use opens the file synchronously. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}
