/**
 * The four gates before launch. Run them with `node --test gates.test.ts`, or under any runner that knows `node:test`.
 * Effects are counted at the vendors' fakes, never in the ledger.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { isOncelyError } from '@oncely/core';
import { crashTest, startSlackFake, startStripeFake } from '@oncely/testing';

import { settle, work, type Ticket } from './agent.ts';
import { makeOncely } from './oncely.config.ts';

/** How often each effect is to happen, whatever happens to us. */
const expect = { refunds: 1, messages: 1 };
const ticket: Ticket = { id: 'ticket_1', charge: 'ch_ticket_1', amount: 20_00 };

/** Vendors and a ledger of their own. */
async function world({ directory }: { readonly directory: string }) {
  const [stripe, slack] = await Promise.all([startStripeFake({ autoCharges: true }), startSlackFake()]);
  return {
    stripe,
    slack,
    env: {
      GATES: '1',
      ONCELY_FILE: join(directory, 'effects.db'),
      STRIPE_KEY: 'sk_test_1',
      STRIPE_PORT: String(stripe.port),
      SLACK_TOKEN: 'xoxb-1',
      SLACK_API_URL: slack.apiUrl,
    },
    counts: { refunds: () => stripe.effects().length, messages: () => slack.effects().length },
    close: () => Promise.all([stripe.close(), slack.close()]),
  };
}

/** A world for one gate. */
async function inWorld(gate: (here: Awaited<ReturnType<typeof world>>) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gates-'));
  const here = await world({ directory });
  try {
    await gate(here);
  } finally {
    await here.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs the path as its caller does: again, by a fresh process's Oncely, until it returns. */
async function untilDone(env: Readonly<Record<string, string>>): Promise<void> {
  for (let run = 1; ; run += 1) {
    const app = makeOncely(env);
    try {
      await work(ticket, app);
      return;
    } catch (error) {
      if (run === 10) throw error;
    } finally {
      await app.close();
    }
  }
}

function counted(here: Awaited<ReturnType<typeof world>>): Record<string, number> {
  return Object.fromEntries(Object.entries(here.counts).map(([name, count]) => [name, count()]));
}

test('gate 1, forced restart: killed at every point, run again, one effect each', async () => {
  await crashTest({ agent: new URL('./agent.ts', import.meta.url), expect, setup: world });
});

test('gate 2, dependency failure: the vendors are away, come back, one effect each', () =>
  inWorld(async (here) => {
    const { stripe, slack } = here;
    stripe.fail({ kind: 'reset_before_effect' }, { times: 2 });
    slack.fail({ kind: 'status', status: 503, after: 'before_effect' }, { times: 2 });
    await untilDone(here.env);
    assert.deepEqual(counted(here), expect);
  }));

test('gate 3, partial write: it happened and the answer was lost, one effect each', () =>
  inWorld(async (here) => {
    const { stripe, slack } = here;
    stripe.fail({ kind: 'reset_after_effect' });
    slack.fail({ kind: 'truncate' });
    await untilDone(here.env);
    await untilDone(here.env);
    assert.deepEqual(counted(here), expect);
  }));

test('gate 4, approval rollback: nothing without a yes, nothing after it was taken back, one after a new one', () =>
  inWorld(async (here) => {
    const app = makeOncely(here.env);
    const large: Ticket = { ...ticket, amount: 600_00 };
    const is = (code: string) => (error: unknown) => isOncelyError(error) && error.code === code;
    const done = (): number => here.counts.refunds();
    const asked = async () => {
      const [effect] = (await app.effects.list({ state: 'awaiting_approval' })).effects;
      return { key: effect?.key ?? '', fingerprint: effect?.approval?.fingerprint ?? '' };
    };
    try {
      await assert.rejects(work(large, app), is('approval_required'));
      const { key, fingerprint } = await asked();
      // Whatever sends asks the same gate, and a word is one only on what was shown.
      const noWayAround = async (): Promise<void> => {
        await app.recover();
        await app.effects.complete(key).catch(() => {});
        for (const shown of ['', 'something else']) {
          const word = { by: 'ann', fingerprint: shown, perform: true } as const;
          await assert.rejects(app.effects.approve(key, word), is('invalid_input'));
        }
        assert.equal(done(), 0);
      };
      await noWayAround();
      // What is left out is asked for too.
      assert.equal(app.policy.explain('stripe.refunds.create', {}).asks, true);
      await app.effects.approve(key, { by: 'ann', fingerprint });
      await app.effects.revoke(key, { by: 'ann', reason: 'the wrong case' });
      await assert.rejects(work(large, app), is('declined'));
      await noWayAround();

      await app.effects.reopen(key, { by: 'ann' });
      await assert.rejects(work(large, app), is('approval_required'));
      await app.effects.approve(key, { by: 'ann', fingerprint: (await asked()).fingerprint });
      // An approval is of one input: a model that plans anew does not carry it along.
      await assert.rejects(settle({ ...large, amount: 550_00 }, 'escalation', app), is('approval_required'));
      await assert.rejects(app.effects.approve(key, { by: 'ann', fingerprint, perform: true }), is('invalid_input'));
      await noWayAround();

      await app.effects.approve(key, { by: 'ann', fingerprint: (await asked()).fingerprint });
      await settle({ ...large, amount: 550_00 }, 'escalation', app);
      await settle({ ...large, amount: 550_00 }, 'escalation', app);
      assert.equal(done(), 1);
    } finally {
      await app.close();
    }
  }));
