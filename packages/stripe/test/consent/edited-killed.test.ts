import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { afterAll, expect, it } from 'vitest';

import { addressOf, apiKey } from '../case.ts';
import { rules, type ApproverArguments } from './killed-approver.ts';

const folder = mkdtempSync(join(tmpdir(), 'oncely-edited-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = fileURLToPath(new URL('killed-approver.ts', import.meta.url));

/** By which signal it ended, and what it said. */
async function approver(given: ApproverArguments): Promise<[NodeJS.Signals | null, string]> {
  const args = ['--conditions', '@oncely/source', '--no-warnings', script, JSON.stringify(given)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, by) => resolve(by));
  });
  return [signal, said];
}

it.each([
  ['after the approval of an edit', 1, 0],
  ['after the claim of what was edited, before it is sent', 2, 1],
])('a kill -9 %s: what was approved is sent once', { timeout: 60_000 }, async (_when, writes, attempts) => {
  const fake = await startStripeFake();
  try {
    fake.seedCharge({ id: 'ch_1', amount: 900_00, currency: 'usd' });
    const file = join(folder, `${writes}.db`);
    const start = () =>
      createOncely({
        leaseMs: 200,
        waitMs: 5_000,
        drainOnSigterm: false,
        approvals: rules,
        ledger: sqliteLedger(file),
        clients: {
          stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config }), {
            landingBoundMs: 1,
          }),
        },
      });
    const call = (oncely: ReturnType<typeof start>) =>
      oncely.scope({ businessId: 'invoice_1', workflowId: 'desk' }, () =>
        oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount: 900_00 })),
      );
    const slot = 'invoice_1:desk:refund';
    const agent = start();
    await call(agent).catch(() => undefined);
    const fingerprint = (await agent.effects.get(slot))?.approval?.fingerprint ?? '';
    const { host, port } = fake;
    const [signal, said] = await approver({ file, host, port, apiKey, slot, fingerprint, amount: 500_00, writes });
    expect([signal, said]).toEqual(['SIGKILL', '']);
    expect(fake.effects('refunds.create')).toEqual([]);
    const left = await agent.effects.get(slot);
    expect([left?.approval?.state, left?.edited?.[0]?.paths, left?.attempts.length]).toEqual([
      'approved',
      ['amount'],
      attempts,
    ]);
    // The run comes back, twice and in two processes.
    const other = start();
    const answers = await Promise.all([call(agent), call(other)]);
    expect(answers.map(({ amount }) => amount)).toEqual([500_00, 500_00]);
    expect(fake.effects('refunds.create').map(({ params }) => params['amount'])).toEqual(['50000']);
    await Promise.all([agent.close(), other.close()]);
  } finally {
    await fake.close();
  }
});
