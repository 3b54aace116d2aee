import type { Ledger } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openDesk, type Ask, type Desk } from './desk.ts';
import { hasPolicy, ways, type Way } from './ways.ts';

/** Everything by which a refund could leave this house. */
const paths: Readonly<Record<string, (desk: Desk, way: Way) => Promise<unknown>>> = {
  'the same call': (desk, { ask }) => desk.call(ask),
  // Where a policy is in force, the ledger knows of it.
  'a call that knows of no consent': (desk, { ask }) => desk.call(unaware(ask)),
  'two calls at once': (desk, { ask }) => Promise.all([desk.call(ask), desk.call(unaware(ask))]),
  recovery: (desk, { ask }) => desk.with(ask, (oncely) => oncely.recover()),
  'recovery that knows of no consent': async (desk) => {
    await desk.with({}, (oncely) => oncely.recover());
    await desk.with({}, (oncely) => oncely.recover());
  },
  completion: (desk) => desk.with({}, (oncely, slot) => oncely.effects.complete(slot, { deadlineMs: 5_000 })),
  'handing in and completion': async (desk, { ask }) => {
    await desk.submit(ask);
    await desk.with(ask, (oncely, slot) => oncely.effects.complete(slot, { deadlineMs: 5_000 }));
  },
  'an approval of what nobody was shown, performed': (desk, { ask }) =>
    desk.with(ask, (oncely, slot) =>
      oncely.effects.approve(slot, { by: 'mallory', fingerprint: undefined as never, perform: true }),
    ),
  'an approval of something else, performed': (desk, { ask }) =>
    desk.with(ask, (oncely, slot) =>
      oncely.effects.approve(slot, { by: 'mallory', fingerprint: 'f'.repeat(64), perform: true }),
    ),
  'an approval of several, of which nobody was shown this one': (desk, { ask }) =>
    desk.with(ask, async ({ effects }, slot) => {
      await effects.approveAll([{ key: slot, fingerprint: undefined as never }], { by: 'mallory' }).catch(() => {});
      return effects.approveAll([{ key: slot, fingerprint: 'f'.repeat(64) }], { by: 'mallory', perform: true });
    }),
  'a generator that writes': (desk, { ask }) => desk.generate(ask, 'generator'),
  'a stream that writes': (desk, { ask }) => desk.generate(ask, 'stream'),
  'a write outside of any scope': (desk, way) => (hasPolicy(way) ? desk.unscoped(way.ask) : Promise.resolve()),
  'a word that it did not happen': async (desk, { ask }) => {
    await desk.with({}, (oncely, slot) => oncely.effects.resolve(slot, { happened: false }, { by: 'mallory' }));
    await desk.with(ask, (oncely) => oncely.recover());
  },
  'taking it back': async (desk, { ask }) => {
    await desk.with({}, (oncely, slot) => oncely.effects.compensate(slot, { by: 'mallory', deadlineMs: 1_000 }));
    await desk.with(ask, (oncely) => oncely.recover());
  },
  'aborting its workflow': async (desk, { ask }) => {
    const [businessId = ''] = desk.slot.split(':');
    const desks = { businessId, workflowId: 'desk' };
    await desk.with({}, (oncely) => oncely.workflows.abort(desks, { by: 'mallory', deadlineMs: 1_000 }));
    await desk.call(ask);
    await desk.with(ask, (oncely) => oncely.recover());
  },
  'the word of another, given away': async (desk, { ask }) => {
    await desk.with(ask, (oncely, slot) =>
      oncely.effects.delegate(slot, { by: 'ann', to: 'mallory', fingerprint: undefined as never }),
    );
    await desk.with(ask, (oncely, slot) =>
      oncely.effects.approve(slot, { by: 'mallory', fingerprint: 'f'.repeat(64), perform: true }),
    );
  },
  'opening it again': async (desk, { ask }) => {
    await desk.with({}, (oncely, slot) => oncely.effects.reopen(slot, { by: 'mallory' }));
    await desk.call(ask);
    await desk.with({}, (oncely) => oncely.recover());
  },
};

/** Everything by which a charge could be given back. Each is a refund, which the policy asks a person for. */
const back: Readonly<Record<string, (desk: Desk, slot: string) => Promise<unknown>>> = {
  'taking it back': (desk, slot) =>
    desk.with(refundsAsk, ({ effects }) => effects.compensate(slot, { by: 'mallory', deadlineMs: 2_000 })),
  'taking it back twice, and recovery': async (desk, slot) => {
    await desk.with(refundsAsk, ({ effects }) => effects.compensate(slot, { by: 'mallory', deadlineMs: 2_000 }));
    await desk.with(refundsAsk, ({ effects }) => effects.compensate(slot, { by: 'eve', deadlineMs: 2_000 }));
    await desk.with(refundsAsk, (oncely) => oncely.recover());
  },
  'aborting its workflow, and recovery': async (desk, slot) => {
    const [businessId = '', workflowId = ''] = slot.split(':');
    const id = { businessId, workflowId };
    await desk.with(refundsAsk, ({ workflows }) => workflows.abort(id, { by: 'mallory', deadlineMs: 2_000 }));
    await desk.with(refundsAsk, (oncely) => oncely.recover());
  },
  'a process that knows of no policy': async (desk, slot) => {
    await desk.with(refundsAsk, (oncely) => oncely.effects.list());
    await desk.with({}, ({ effects }) => effects.compensate(slot, { by: 'mallory', deadlineMs: 2_000 }));
    await desk.with({}, (oncely) => oncely.recover());
  },
  'the word of who began it': async (desk, slot) => {
    await desk.with(refundsAsk, ({ effects }) => effects.compensate(slot, { by: 'mallory', deadlineMs: 2_000 }));
    await desk.with(refundsAsk, async ({ effects }) => {
      const undo = (await effects.get(slot))?.compensation?.slot ?? '';
      const fingerprint = (await effects.get(undo))?.approval?.fingerprint ?? '';
      return effects.approve(undo, { by: 'mallory', fingerprint, perform: true });
    });
  },
};
const refundsAsk: Ask = { policy: { version: 1, operations: { 'stripe.refunds.create': true } } };

function unaware({ amount }: Ask): Ask {
  return amount === undefined ? {} : { amount };
}

const folder = mkdtempSync(join(tmpdir(), 'oncely-consent-'));
const prefix = `consent_${process.pid}_`;
const closing: (() => unknown)[] = [];
let fake: StripeFake;
let opened = 0;
const stores: Record<string, (number: number) => Ledger> = {};

beforeAll(async () => {
  const [url, redisUrl] = await Promise.all([sharedPostgresUrl(), sharedRedisUrl()]);
  const pool = new Pool({ connectionString: url, options: '-c synchronous_commit=off' });
  const redis = new Redis(redisUrl);
  fake = await startStripeFake();
  stores['SQLite'] = (number) => sqliteLedger(join(folder, `${number}.db`));
  stores['Postgres'] = (number) => postgresLedger(pool, { prefix: `${prefix}${number}_`, allowUnsafe: true });
  stores['Redis'] = (number) => redisLedger(redis, { prefix: `${prefix}${number}` });
  closing.push(
    () => pool.end(),
    () => redis.quit(),
    () => fake.close(),
    () => rmSync(folder, { recursive: true, force: true }),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

it('has at least 40 cells', () => {
  expect(Object.keys(ways).length * Object.keys(paths).length).toBeGreaterThanOrEqual(40);
});

describe.each(['SQLite', 'Postgres', 'Redis'])('I5 on %s: nothing leaves without consent', (store) => {
  it('and with it, one does', async () => {
    opened += 1;
    const ledger = stores[store]?.(opened) as Ledger;
    const desk = openDesk(fake, ledger, `${store}${opened}`);
    const ask = { effect: { approval: 'required' } } as const;
    await desk.call(ask);
    await desk.with({}, async (oncely, slot) => {
      const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
      return oncely.effects.approve(slot, { by: 'ann', fingerprint, perform: true });
    });
    await desk.call(ask);
    expect(desk.sent()).toBe(1);
  });

  it.each(Object.entries(back))('past %s, of what has happened', { timeout: 60_000 }, async (_name, takeBack) => {
    opened += 1;
    const desk = openDesk(fake, stores[store]?.(opened) as Ledger, `${store}${opened}`);
    const slot = `${store}${opened}:desk:charge`;
    const charge = await desk.with({}, (oncely) =>
      oncely.scope({ businessId: `${store}${opened}`, workflowId: 'desk' }, () =>
        oncely.effect('charge', () =>
          oncely.clients.stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' }),
        ),
      ),
    );
    const { id } = charge as { id: string };
    expect(id).toMatch(/^ch_/);
    const refunds = (): number => fake.effects('refunds.create').filter(({ params }) => params['charge'] === id).length;
    await takeBack(desk, slot);
    expect(refunds()).toBe(0);
    // And with consent it is given back once.
    await desk.with(refundsAsk, ({ effects }) => effects.compensate(slot, { by: 'cat', deadlineMs: 2_000 }));
    await desk.with(refundsAsk, async ({ effects }) => {
      const undo = (await effects.get(slot))?.compensation?.slot ?? '';
      const fingerprint = (await effects.get(undo))?.approval?.fingerprint ?? '';
      return effects.approve(undo, { by: 'ann', fingerprint, perform: true });
    });
    expect(refunds()).toBe(1);
  });

  it.each(Object.entries(ways))('past %s', { timeout: 60_000 }, async (_name, way) => {
    opened += 1;
    const ledger = stores[store]?.(opened) as Ledger;
    await ledger.open();
    if (way.suspect) await ledger.markSuspect(Date.now() - 60_000);
    // All are prepared before any path is tried: recovery in one may perform what is approved, for a moment, in another.
    const cells = await Promise.all(
      Object.entries(paths).map(async ([path, send], at) => {
        const desk = openDesk(fake, ledger, `${store}${opened}x${at}`);
        await way.prepare(desk);
        return { path, send, desk, before: desk.sent() };
      }),
    );
    const sent = await Promise.all(
      cells.map(async ({ path, send, desk, before }) => {
        await send(desk, way);
        return [path, before, desk.sent()];
      }),
    );
    const { made = 0 } = way;
    expect(sent).toEqual(Object.keys(paths).map((path) => [path, made, made]));
    await ledger.close();
  });
});
