import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sqliteLedger } from '../../src/ledgers/sqlite.ts';

const script = join(import.meta.dirname, 'sqlite-child.ts');
const nodeFlags = ['--conditions', '@oncely/source', '--experimental-strip-types', '--no-warnings'];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-sqlite-'));
  file = join(folder, 'effects.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function received(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}

describe('an SQLite ledger shared by processes', () => {
  it('gives each of 200 slots to one of two processes, and SQLITE_BUSY to none', { timeout: 60_000 }, async () => {
    const children = [1, 2].map(() =>
      fork(script, ['race', file, '200'], { execArgv: nodeFlags, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] }),
    );
    await Promise.all(children.map(received));
    const answers = Promise.all(children.map(received)) as Promise<string[][]>;
    // Both find no file yet, so they race for its tables too.
    for (const child of children) child.send('go');
    const [one = [], other = []] = await answers;
    expect(one).toHaveLength(200);
    for (const [index, answer] of one.entries())
      expect(new Set([answer, other[index]])).toEqual(new Set(['conflict', 'written']));
    const ledger = sqliteLedger(file);
    expect((await ledger.list({ limit: 500 })).rows).toHaveLength(200);
    for (let slot = 0; slot < 200; slot += 1) {
      const [first, second] = await ledger.history(`slot${slot}`);
      const { by } = JSON.parse((await ledger.read(`slot${slot}`)).row?.doc ?? '{}') as { by: number };
      expect([first?.doc, second?.doc]).toEqual([`${by} 1`, `${by} 2`]);
    }
    await ledger.close();
  });

  it(
    'keeps all that was acknowledged, and nothing by halves, through kill -9 in the middle of writes',
    { timeout: 60_000 },
    async () => {
      let acknowledged = 0;
      for (const lines of [1, 7, 40, 90]) {
        const child = spawn(process.execPath, [...nodeFlags, script, 'write', file], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let output = '';
        let complaint = '';
        child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
        child.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          if (output.split('\n').length > lines) child.kill('SIGKILL');
        });
        await once(child, 'close');
        expect(complaint).toBe('');
        const slots = output.split('\n').slice(0, -1);
        expect(slots.length).toBeGreaterThanOrEqual(lines);
        acknowledged += slots.length;
        const ledger = sqliteLedger(file);
        for (const slot of slots) {
          expect((await ledger.read(slot)).row?.revision).toBe(1);
          expect(await ledger.history(slot)).toHaveLength(2);
        }
        await ledger.close();
      }
      const database = new DatabaseSync(file);
      expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
      const half = database.prepare(
        `select count(*) as n from effects where (select count(*) from events where events.slot = effects.slot) <> 2`,
      );
      expect(half.get()).toEqual({ n: 0 });
      const { n } = database.prepare('select count(*) as n from effects').get() as { n: number };
      // At most the one write of each process that was stored and not yet acknowledged.
      expect(n).toBeGreaterThanOrEqual(acknowledged);
      expect(n).toBeLessThanOrEqual(acknowledged + 4);
      database.close();
    },
  );
});
