/** An agent whose refund a person approves, on a budget, and whose workflow is then aborted and taken back. */
import { createOncely, isOncelyError, type Effect } from '@oncely/core';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { WebClient } from '@slack/web-api';
import { Stripe } from 'stripe';

import { ledgerAt, type Store } from './many-operations.ts';

const { STORE = '', STRIPE_PORT = '', SLACK_API_URL = '', ACTS = '' } = process.env;
const local = { host: '127.0.0.1', port: STRIPE_PORT, protocol: 'http', telemetry: false } as const;
const landing = { landingBoundMs: 200 };
const desk = { businessId: 'invoice_1', workflowId: 'desk' } as const;
const ann = { by: 'ann' } as const;
// Who asked for the undo does not approve it.
const bob = { by: 'bob' } as const;

export async function agent(): Promise<void> {
  const { ledger, close } = ledgerAt(JSON.parse(STORE) as Store);
  const oncely = createOncely({
    ledger,
    leaseMs: 1_000,
    approvals: { version: 1, operations: { 'stripe.refunds.create': true } },
    budgets: { reEntries: 50, reExecutions: 50 },
    clients: {
      stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...config, ...local }), landing),
      slack: oncelySlack((config) => new WebClient('xoxb-1', { ...config, slackApiUrl: SLACK_API_URL }), landing),
    },
  });
  const { stripe, slack } = oncely.clients;
  const { effects, workflows } = oncely;

  /** A person who approves whatever waits, and has it performed at once. */
  const approve = async (effect: Effect): Promise<void> => {
    const fingerprint = effect.approval?.fingerprint ?? '';
    await effects.approve(effect.key, { ...bob, fingerprint, perform: true });
  };
  const waiting = async (): Promise<Effect | undefined> =>
    (await effects.list({ state: 'awaiting_approval' })).effects[0];

  /** Runs a write until it is done, with a person at hand. */
  const governed = async (id: string, write: () => Promise<unknown>): Promise<void> => {
    for (let left = 5; left > 0; left -= 1) {
      try {
        await oncely.effect(id, write);
        return;
      } catch (error) {
        if (!isOncelyError(error) || error.code !== 'approval_required') throw error;
        const effect = await waiting();
        if (effect) await approve(effect);
      }
    }
  };

  if ((await workflows.state(desk)) === 'running') {
    await oncely.scope(desk, async () => {
      if (ACTS.includes('charge')) {
        await oncely.effect('charge', () =>
          stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' }),
        );
      }
      if (ACTS.includes('refund'))
        await governed('refund', () => stripe.refunds.create({ charge: 'ch_1', amount: 700 }));
      if (ACTS.includes('hand in')) {
        await effects.complete(
          (await oncely.submit('note', () => slack.chat.postMessage({ channel: 'C1', text: 'handed in' }))).key,
        );
      }
      if (ACTS.includes('tell')) {
        await oncely.effect('tell', () => slack.chat.postMessage({ channel: 'C1', text: 'refunded' }));
      }
    });
  }
  for (let left = 10; left > 0; left -= 1) {
    const { open } = await workflows.abort(desk, { ...ann, reason: 'a mistake' });
    const effect = await waiting();
    if (effect) await approve(effect);
    else if (open.length === 0) break;
  }
  await oncely.close();
  await close();
}
