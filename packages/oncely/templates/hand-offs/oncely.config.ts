import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { WebClient } from '@slack/web-api';
import Stripe from 'stripe';

/** Hand-offs: several agents on one case share its slots, and what another workflow did already is not done again. */
export function makeOncely(env: Readonly<Record<string, string | undefined>> = process.env) {
  // The gates set what is not set in production: other addresses, and short times to wait for a dead process.
  const stripeAt = env['STRIPE_PORT'] ? { host: '127.0.0.1', port: env['STRIPE_PORT'], protocol: 'http' as const } : {};
  const slackAt = env['SLACK_API_URL'] ? { slackApiUrl: env['SLACK_API_URL'] } : {};
  const bounds = env['GATES'] ? { landingBoundMs: 200 } : {};
  return createOncely({
    ledger: sqliteLedger(env['ONCELY_FILE'] ?? 'effects.db'),
    clients: {
      stripe: oncelyStripe((config) => new Stripe(env['STRIPE_KEY'] ?? '', { ...stripeAt, ...config }), bounds),
      slack: oncelySlack((config) => new WebClient(env['SLACK_TOKEN'], { ...slackAt, ...config }), bounds),
    },
    // Whoever is handed a case did not see why: money above a small sum is for a person.
    approvals: {
      version: 1,
      operations: {
        'stripe.refunds.create': { above: { amount: 100_00 }, ttlMs: 24 * 3_600_000 },
      },
      mayDecide: ({ by }) => !by.startsWith('agent:'),
    },
    // An agent that forgets the hand-off and refunds in its own workflow meets this.
    twins: { withinMs: 30 * 24 * 3_600_000, onTwin: 'refuse', operations: ['stripe.refunds.create'] },
    budgets: { reEntries: 20, reExecutions: 10 },
    leaseMs: env['GATES'] ? 1_000 : 30_000,
    waitMs: 20_000,
  });
}

export const oncely = makeOncely();
export default oncely;
