import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { expect, it } from 'vitest';

import { openShop } from './vendor.ts';

it('SIGTERM drains: the answer under way is recorded, nothing new is sent, and the process ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-sigterm-'));
  const file = join(folder, 'effects.db');
  try {
    const child = fork(new URL('./sigterm-child.ts', import.meta.url), [file], {
      execArgv: ['--conditions', '@oncely/source'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const told: unknown[] = [];
    child.on('message', (message) => {
      if (message === 'sent') child.send('go');
      else told.push(message);
    });
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect(signal).toBe('SIGTERM');
    expect(told).toContainEqual({ businessId: 'sent', result: { id: 'o_1' } });
    expect(told).toContainEqual({ businessId: 'late', code: 'closing' });
    const ledger = sqliteLedger(file);
    const { effects } = await openShop(ledger).start().effects.list();
    expect(effects.map((effect) => [effect.contract.businessId, effect.state])).toEqual([['sent', 'succeeded']]);
    await ledger.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('no listener stays behind', async () => {
  // By identity: what another test file of this process has left there may go meanwhile.
  const before = new Set(process.listeners('SIGTERM'));
  const added = (): number => process.listeners('SIGTERM').filter((each) => !before.has(each)).length;
  const oncely = openShop(memoryLedger()).start({ drainOnSigterm: true });
  await oncely.scope({ businessId: 'b', workflowId: 'w' }, () => oncely.clients.shop.write('note', {}));
  expect(added()).toBe(1);
  await oncely.close();
  expect(added()).toBe(0);
});
