import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { crashTest, type CrashRow } from '../../src/crash-test.ts';
import { startSlackFake } from '../../src/fakes/slack.ts';
import { startStripeFake } from '../../src/fakes/stripe.ts';
import { sharedPostgresUrl, sharedRedisUrl } from '../../src/servers/shared.ts';
import type { Store } from './agents/many-operations.ts';

const timeout = 600_000;
const all = process.env['ONCELY_CRASH'] === 'all';

const storeOf: Readonly<Record<Store['kind'], (directory: string) => Promise<Store>>> = {
  SQLite: async (directory) => ({ kind: 'SQLite', file: `${directory}/effects.db` }),
  Postgres: async () => ({
    kind: 'Postgres',
    url: await sharedPostgresUrl(),
    schema: `governed_${randomUUID().slice(0, 8)}`,
  }),
  Redis: async () => ({ kind: 'Redis', url: await sharedRedisUrl(), prefix: `governed_${randomUUID().slice(0, 8)}` }),
};

function run<Name extends 'charges' | 'refunds' | 'messages' | 'deletions'>(
  kind: Store['kind'],
  acts: string,
  expected: Readonly<Record<Name, number>>,
  only?: RegExp,
): Promise<readonly CrashRow[]> {
  return crashTest<string>({
    agent: new URL('./agents/governed-agent.ts', import.meta.url),
    expect: expected,
    ...(only === undefined ? {} : { only }),
    timeoutMs: 60_000,
    setup: async ({ directory }) => {
      const [stripe, slack] = await Promise.all([startStripeFake({ autoCharges: true }), startSlackFake()]);
      return {
        env: {
          STORE: JSON.stringify(await storeOf[kind](directory)),
          ACTS: acts,
          STRIPE_PORT: `${stripe.port}`,
          SLACK_API_URL: slack.apiUrl,
        },
        counts: {
          charges: () => stripe.effects('charges.create').length,
          refunds: () => stripe.effects('refunds.create').length,
          messages: () => slack.effects('chat.postMessage').length,
          deletions: () => slack.effects('chat.delete').length,
        },
        close: () => Promise.all([stripe.close(), slack.close()]),
      };
    },
  });
}

/** The deaths behind which nobody knows what happened. */
const inDoubt = /^(?:after_check|answer_received|after effect)/;

describe('approvals, budgets and compensation, killed at every point', () => {
  // What was refunded stays so; all else is taken back, and a refund that takes back is approved as any.
  test.runIf(all).each(['SQLite', 'Postgres', 'Redis'] as const)(
    '%s: charge, refund, hand in and tell, then abort',
    { timeout },
    async (kind) => {
      const rows = await run(kind, 'charge refund hand in tell', {
        charges: 1,
        refunds: 2,
        messages: 2,
        deletions: 2,
      });
      expect(rows.filter(({ killed }) => killed === 'killed').length).toBeGreaterThan(40);
      for (const row of rows) expect(row).toMatchObject({ end: 'returned' });
    },
  );

  test.runIf(!all)('SQLite: a charge, taken back by a refund that a person approves', { timeout }, async () => {
    const rows = await run('SQLite', 'charge', { charges: 1, refunds: 1, messages: 0, deletions: 0 }, inDoubt);
    expect(rows.filter(({ killed }) => killed === 'killed').length).toBeGreaterThanOrEqual(4);
  });
});
