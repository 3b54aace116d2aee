import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { claimOf, failureOf } from './postgres-server.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-sqlite-'));
  file = join(folder, 'effects.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const parts = ['', '-wal', '-shm'] as const;
const modes = (of = file): string[] => parts.map((part) => (statSync(of + part).mode & 0o777).toString(8));

/** A ledger as one process has it, and what it was warned of. */
function processOn(of = file): { ledger: ReturnType<typeof sqliteLedger>; warnings: string[] } {
  const warnings: string[] = [];
  const ledger = sqliteLedger(of, { onWarning: (message) => warnings.push(message) });
  onTestFinished(() => ledger.close());
  return { ledger, warnings };
}

async function claimed(ledger: ReturnType<typeof sqliteLedger>, id: string): Promise<string> {
  const { epoch } = await ledger.open();
  const events = [{ sequence: 1, doc: `event of ${id}` }];
  return (await ledger.write(claimOf(`${id}:desk:refund`, { events, guard: { epoch } }))).kind;
}

describe.skipIf(process.platform === 'win32')('the files of an SQLite ledger', () => {
  it.each(['022', '000', '077', '277'])('are for their owner alone under a umask of %s', async (umask) => {
    const before = process.umask(Number.parseInt(umask, 8));
    onTestFinished(() => void process.umask(before));
    const { ledger, warnings } = processOn();
    expect(await claimed(ledger, 'a')).toBe('written');
    expect(modes()).toEqual(['600', '600', '600']);
    expect(warnings).toEqual([]);
  });

  it('that others may read are taken, and told of once', async () => {
    await claimed(processOn().ledger, 'a');
    chmodSync(file, 0o644);
    const { ledger, warnings } = processOn();
    expect(await claimed(ledger, 'b')).toBe('written');
    await ledger.open();
    expect(warnings).toEqual([expect.stringMatching(/effects\.db \(644\).*chmod 600/)]);
  });

  it('in a folder in which everybody may exchange them are told of', async () => {
    chmodSync(folder, 0o777);
    const { ledger, warnings } = processOn();
    await ledger.open();
    expect(warnings).toEqual([expect.stringContaining('everybody may delete or exchange it')]);
  });

  it('that somebody made empty become a ledger, as they are', async () => {
    writeFileSync(file, '', { mode: 0o600 });
    expect(await claimed(processOn().ledger, 'a')).toBe('written');
    expect(modes()).toEqual(['600', '600', '600']);
  });
});

describe('a running SQLite ledger stores nothing that others would not see', () => {
  const remove = (of: readonly string[]): void => {
    for (const part of of) rmSync(file + part);
  };
  it.each([
    ['once its files are deleted', () => remove(parts)],
    ['once its file is moved', () => renameSync(file, `${file}.old`)],
    ['once its folder is moved', () => renameSync(folder, `${folder}.old`)],
    ['once its log of writes is deleted', () => remove(['-wal', '-shm'])],
    [
      'once another file stands in its place',
      () => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
  ])('%s', async (_what, happens) => {
    const { ledger } = processOn();
    await claimed(ledger, 'before');
    happens();
    onTestFinished(() => rmSync(`${folder}.old`, { recursive: true, force: true }));
    const { epoch } = { epoch: 1 };
    const error = await failureOf(ledger.write(claimOf('a:desk:refund', { guard: { epoch } })));
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toMatch(/(deleted or moved|exchanged).*Nothing was sent.*\n {2}fix: stop all processes/s);
    expect((await failureOf(ledger.read('before:desk:refund'))).code).toBe('ledger_unusable');
  });

  it('under a second name of the file', async () => {
    const first = processOn();
    await claimed(first.ledger, 'a');
    linkSync(file, join(folder, 'other.db'));
    const other = await failureOf(processOn(join(folder, 'other.db')).ledger.open());
    expect([other.code, other.message]).toEqual(['ledger_unusable', expect.stringContaining('a second name')]);
    expect(await claimed(first.ledger, 'b')).toBe('written');
  });

  it('and follows its path, wherever the process goes', async () => {
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(folder);
    const { ledger } = processOn('effects.db');
    expect(await claimed(ledger, 'a')).toBe('written');
    mkdirSync(join(folder, 'elsewhere'));
    process.chdir(join(folder, 'elsewhere'));
    expect(await claimed(ledger, 'b')).toBe('written');
  });
});

describe('an older copy over the file of a running SQLite ledger', () => {
  /** As `sqlite3 effects.db ".restore backup.db"` does, with the file and all of its parts in place. */
  const restore = (backup: string): void => {
    const target = new DatabaseSync(file);
    target.exec(`attach '${backup}' as backup; begin immediate;
      drop trigger events_keep_rows; delete from events; delete from effects; delete from ledger;
      insert into effects select * from backup.effects; insert into events select * from backup.events;
      insert into ledger select * from backup.ledger; commit`);
    target.close();
  };

  it('is marked as one that has forgotten what came after', async () => {
    const { ledger } = processOn();
    await claimed(ledger, 'before');
    const kept = (await ledger.read('before:desk:refund')).row;
    new DatabaseSync(file).exec(`vacuum into '${file}.backup'`);
    await claimed(ledger, 'lost');
    restore(`${file}.backup`);
    const events = [{ sequence: 1, doc: 'again' }];
    const again = await ledger.write(claimOf('lost:desk:refund', { events, guard: { epoch: 1 } }));
    expect(again).toMatchObject({ kind: 'epoch', info: { epoch: 2, suspectSince: kept?.at } });
    expect(await ledger.write(claimOf('lost:desk:refund', { events, guard: { epoch: 2 } }))).toMatchObject({
      kind: 'written',
    });
    expect((await ledger.open()).epoch).toBe(2);
  });

  it('of another ledger is refused', async () => {
    const { ledger } = processOn();
    await claimed(ledger, 'a');
    await claimed(processOn(`${file}.other`).ledger, 'b');
    restore(`${file}.other`);
    const error = await failureOf(ledger.write(claimOf('c:desk:refund', { guard: { epoch: 1 } })));
    expect([error.code, error.message]).toEqual(['ledger_unusable', expect.stringContaining('overwritten by another')]);
  });
});
