import { isOncelyError } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openPlatform, type Platform } from '../tenants.ts';
import type { Play } from './play.ts';

const keys = new Map([
  ['north', 'sk_test_north'],
  ['south', 'sk_test_south'],
]);

export const tenantsPlay: Play = async (say) => {
  const stripe = await startStripeFake({ apiKeys: { sk_test_north: 'acct_north', sk_test_south: 'acct_south' } });
  const folder = await mkdtemp(join(tmpdir(), 'oncely-tenants-'));
  for (const account of ['acct_north', 'acct_south'])
    stripe.seedCharge({ id: 'ch_1', amount: 500_00, currency: 'usd', account });
  const at = { stripe: { host: stripe.host, port: stripe.port, protocol: 'http' } } as const;
  const open = (more = {}): Platform => openPlatform(sqliteLedger(join(folder, 'effects.db')), keys, { at, ...more });
  const count = (account: string): number => stripe.effects((effect) => effect.account === account).length;
  try {
    const first = open({ waitMs: 300 });
    say('both have an invoice_1, and refund it; of the south the answers are lost, and the process ends');
    say(`  north: ${(await first.refund('north', 'invoice_1', 'ch_1', 10_00)).id}`);
    stripe.fail({ kind: 'reset_after_effect' }, { times: 100, match: () => true });
    const outcome = await first.refund('south', 'invoice_1', 'ch_1', 10_00).then(
      ({ id }) => id,
      (error: unknown) => (isOncelyError(error) ? error.code : String(error)),
    );
    say(`  south: ${outcome}`);
    stripe.heal();
    await first.oncely.close();

    const second = open();
    const { states } = await second.oncely.recover();
    say(`another process recovers, with the south's own key: ${JSON.stringify(states)}`);
    say('both are asked for again');
    for (const tenant of ['north', 'south'])
      say(`  ${tenant}: ${(await second.refund(tenant, 'invoice_1', 'ch_1', 10_00)).id}`);
    await second.oncely.close();
    return { north: count('acct_north'), south: count('acct_south') };
  } finally {
    await stripe.close();
    await rm(folder, { recursive: true });
  }
};
