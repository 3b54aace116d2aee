import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createOncely, type Ledger, type Oncely } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import Stripe from 'stripe';
import { afterAll, describe, expect, it } from 'vitest';

import { apiKey, ended, folder, parsed, run } from './project.ts';
import { runHere } from './surroundings.ts';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A refund that happened, and one that waits for a person, in a ledger. */
async function filled(ledger: Ledger): Promise<Oncely> {
  const fake = await startStripeFake({ autoCharges: true });
  const { host, port } = fake;
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe(apiKey, { ...config, host, port, protocol: 'http', telemetry: false }),
      ),
    },
  });
  ends.push(
    () => fake.close(),
    () => oncely.close(),
  );
  const refund = (businessId: string, approval?: 'required'): Promise<unknown> =>
    oncely.scope({ businessId, workflowId: 'refund-desk' }, () =>
      oncely.effect('refund', approval ? { approval } : {}, () =>
        oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount: 100 }),
      ),
    );
  await refund('invoice_1');
  await refund('invoice_2', 'required').catch(() => undefined);
  return oncely;
}

const unique = `cli_${process.pid}`;

const stores = {
  postgres: async (): Promise<{ url: string; ledger: Ledger }> => {
    const url = new URL(await sharedPostgresUrl());
    const pool = new Pool({ connectionString: url.href });
    ends.push(() => pool.end());
    url.searchParams.set('schema', unique);
    return { url: url.href, ledger: postgresLedger(pool, { schema: unique }) };
  },
  redis: async (): Promise<{ url: string; ledger: Ledger }> => {
    const url = new URL(await sharedRedisUrl());
    const client = new Redis(url.href);
    ends.push(() => client.quit());
    url.searchParams.set('prefix', unique);
    return { url: url.href, ledger: redisLedger(client, { prefix: unique }) };
  },
};

describe.each(Object.entries(stores))('on %s by its URL', (_name, open) => {
  it('reads, decides and holds', async () => {
    const { url, ledger } = await open();
    const oncely = await filled(ledger);
    const cwd = folder();
    const oncelyRun = (...args: string[]): ReturnType<typeof runHere> =>
      runHere(args, { cwd, env: { ONCELY_LEDGER: url } });
    ended(await oncelyRun('migrate'), 0);
    expect(parsed(ended(await oncelyRun('status', '--json'), 3))).toMatchObject({
      states: { succeeded: 1, awaiting_approval: 1 },
      needsPerson: true,
    });
    expect(ended(await oncelyRun('list'), 0).out.split('\n')).toHaveLength(2);
    const shown = parsed(ended(await oncelyRun('show', '8feb22', '--json'), 0));
    expect(shown).toMatchObject({
      slot: 'invoice_1:refund-desk:refund',
      history: [{ type: 'settled', evidence: 'accepted' }],
    });
    ended(await oncelyRun('decline', 'cfac2b7e', '--yes'), 0);
    ended(await oncelyRun('pause', 'invoice_1:refund-desk', '--wait'), 0);
    ended(await oncelyRun('suspect', '--since', '1h', '--yes'), 0);
    ended(await oncelyRun('report'), 0);
    expect((await oncely.effects.get('invoice_2:refund-desk:refund'))?.state).toBe('declined');
    expect(await oncely.workflows.state({ businessId: 'invoice_1', workflowId: 'refund-desk' })).toBe('paused');
    expect((await oncely.inspect.ledger()).suspectSince).toBeTypeOf('number');
    ended(await oncelyRun('suspect', '--lift', '--yes'), 0);
  });
});

it('works with ioredis where that is what the project has', async () => {
  const { url, ledger } = await stores.redis();
  await filled(ledger);
  const cwd = folder({ packages: false });
  const shim = join(cwd, 'node_modules', 'ioredis');
  mkdirSync(shim, { recursive: true });
  writeFileSync(join(shim, 'package.json'), '{"name":"ioredis","main":"index.cjs"}');
  writeFileSync(join(shim, 'index.cjs'), `module.exports = require(${JSON.stringify(require_('ioredis'))});`);
  expect(ended(await run(cwd, ['list', '--ledger', url]), 0).out).toContain('invoice_1:refund-desk:refund:v1');
});

function require_(name: string): string {
  return new URL(import.meta.resolve(name)).pathname;
}

it('names the driver that is missing', async () => {
  const cwd = folder({ packages: false });
  const postgres = await run(cwd, ['status', '--ledger', 'postgres://127.0.0.1:1/x']);
  expect([postgres.code, postgres.err]).toEqual([
    2,
    `The driver for this ledger is not installed: \`npm install pg\`, in ${cwd} or above it.`,
  ]);
  const redis = await run(cwd, ['status', '--ledger', 'redis://127.0.0.1:1']);
  expect([redis.code, redis.err]).toEqual([2, expect.stringContaining('`npm install redis` (or ioredis)')]);
});

it('takes no missing file for an empty ledger; migrate makes it', async () => {
  const cwd = folder({ packages: false });
  const missing = await run(cwd, ['status', '--ledger', 'sqlite:effects.db']);
  expect([missing.code, missing.err]).toEqual([
    2,
    expect.stringContaining(`There is no file ${join(cwd, 'effects.db')}`),
  ]);
  expect(existsSync(join(cwd, 'effects.db'))).toBe(false);
  expect(ended(await run(cwd, ['migrate', '--ledger', 'sqlite:effects.db']), 0).out).toContain('is up to date');
  expect(ended(await run(cwd, ['status', '--ledger', `sqlite:${join(cwd, 'effects.db')}`]), 0).out).toContain(
    'no effects',
  );
});

it('says that a database which does not answer is to be tried again', async () => {
  const ran = await run(folder(), ['status', '--ledger', 'redis://127.0.0.1:1']);
  expect([ran.code, ran.err]).toEqual([4, expect.stringContaining('The ledger redis://127.0.0.1:1 cannot be reached')]);
});
