import { basename } from 'node:path';

import { expect, test } from 'vitest';

import { crashTest } from '../../src/crash-test.ts';
import { startStripeFake } from '../../src/fakes/stripe.ts';
import { sharedPostgresUrl, sharedRedisUrl } from '../../src/servers/shared.ts';

// Between the vendor's commit and our settle; in one store right around that too.
const between = /^answer_received of .*:(charge|refund)$/;
const around = /^(after_check|answer_received|settled) of .*:(charge|refund)$/;

const stores: readonly [string, RegExp, (directory: string) => Promise<string> | string][] = [
  ['sqlite', around, (directory) => `${directory}/effects.db`],
  ['postgres', between, () => sharedPostgresUrl()],
  ['redis', between, () => sharedRedisUrl()],
];

test.concurrent.each(stores)(
  'C12: an emulator that honours no keys makes each effect once, killed between its commit and our settle: %s',
  { timeout: 120_000 },
  async (_store, only, placeOf) => {
    let looks = 0;
    const rows = await crashTest({
      agent: new URL('./agents/keyless-agent.ts', import.meta.url),
      expect: { charges: 1, refunds: 1 },
      only,
      setup: async ({ directory }) => {
        const fake = await startStripeFake({ keyWindowMs: 0 });
        const { host, port } = fake;
        const place = `keyless_${basename(directory).replaceAll(/\W/g, '_')}`.toLowerCase();
        return {
          env: { LEDGER: await placeOf(directory), PLACE: place, HOST: host, PORT: String(port) },
          counts: {
            charges: () => fake.effects('charges.create').length,
            refunds: () => fake.effects('refunds.create').length,
          },
          close: () => {
            looks += fake.requests.filter(({ method }) => method === 'GET').length;
            return fake.close();
          },
        };
      },
    });
    expect(rows.filter(({ killed }) => killed === 'killed').length).toBeGreaterThanOrEqual(2);
    for (const row of rows) expect(row).toMatchObject({ end: 'returned', counts: { charges: 1, refunds: 1 } });
    expect(looks, 'what was in doubt was looked for').toBeGreaterThanOrEqual(2);
  },
);
