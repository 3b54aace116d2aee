import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { expect, it, onTestFinished } from 'vitest';

import { isDeletion } from '../../src/audit/by-retention.ts';
import type { Seal } from '../../src/audit/seal.ts';
import type { Ledger } from '../../src/ledger.ts';
import { openShop, type TestOncely } from './vendor.ts';

const child = fileURLToPath(new URL('./prune-killed-child.ts', import.meta.url));
const retention = { tombstoneAfterMs: 0, values: { deleteAfterMs: 0 } } as const;
const at = (businessId: string) => ({ businessId, workflowId: 'desk' });
const act = (oncely: TestOncely, businessId: string, options = {}): Promise<unknown> =>
  oncely.scope(at(businessId), () =>
    oncely.effect('refund', options, () => oncely.clients.shop.write('refund', { businessId })),
  );

/** Whether it was killed; a child that came to its end had fewer writes. */
async function prune(file: string, number: number, when: 'before' | 'after'): Promise<boolean> {
  const args = ['--conditions', '@oncely/source', '--no-warnings', child, file, `${number}`, when];
  const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    process_.once('error', reject);
    process_.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`the child ended with ${code}`));
    });
  });
}

/** The records of which the audit says that they go, and that are there. */
async function toldToGo(ledger: Ledger): Promise<string[]> {
  const { rows } = await ledger.audited({ limit: 100 });
  return rows
    .filter(({ revision, events }) => {
      const last = events.at(-1);
      return revision > 0 && last !== undefined && isDeletion(last);
    })
    .map(({ slot }) => slot);
}

it(
  'a prune killed before or after any of its writes loses nothing, and the next one ends it',
  { timeout: 300_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oncely-prune-killed-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const before = join(folder, 'before.db');
    const seals: Seal[] = [];
    const ledger = sqliteLedger(before);
    const shop = openShop(ledger);
    const oncely = shop.start({ retention });
    for (const id of ['done', 'kept']) await act(oncely, id);
    await oncely.scope(at('done'), () => oncely.value('today', () => 'a day'));
    await act(oncely, 'open', { approval: 'required' }).catch(() => undefined);
    await oncely.audit.seal({ to: (seal) => void seals.push(seal) });
    await oncely.close();
    await ledger.close();

    let kills = 0;
    for (let number = 1; ; number += 1) {
      const ends: boolean[] = [];
      for (const when of ['before', 'after'] as const) {
        const file = join(folder, `${number}-${when}.db`);
        copyFileSync(before, file);
        ends.push(await prune(file, number, when));
        const name = `killed ${when} write ${number}`;
        const left = sqliteLedger(file);
        const after = openShop(left).start({ retention });
        const killedAt = await after.audit.verify({ seals });
        expect(killedAt.problems, name).toEqual([]);
        expect((await after.effects.get('open:desk:refund'))?.state, name).toBe('awaiting_approval');
        const told = await toldToGo(left);
        await after.prune();
        expect(await toldToGo(left), name).toEqual([]);
        for (const slot of told) expect((await left.read(slot)).row, name).toBeUndefined();
        await after.prune({ walk: true });
        await after.prune({ deleteTombstonesOlderThanMs: 0, acceptDuplicates: true });
        const slots = (await left.list({ limit: 100 })).rows
          .map(({ slot }) => slot)
          .filter((slot) => !/^[+^]/.test(slot));
        expect(slots, name).toEqual(['open:desk:refund']);
        const ended = await after.audit.verify({ seals });
        expect([ended.problems, ended.deleted], name).toEqual([[], 3]);
        await after.close();
        await left.close();
      }
      if (!ends.includes(true)) break;
      kills += ends.length;
    }
    // Two records made tombstones, and three deleted in two writes each.
    expect(kills).toBe(16);
  },
);
