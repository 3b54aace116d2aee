/** What the hammered processes run: many business cases at once, two effects each. */
import { flushCompileCache } from 'node:module';

import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { WebClient } from '@slack/web-api';
import { Stripe } from 'stripe';

export interface ManyCases {
  readonly ledger: string;
  readonly stripePort: number;
  readonly slackApiUrl: string;
  readonly cases: readonly string[];
  readonly leaseMs: number;
  readonly landingBoundMs: number;
}

/** A vendor's id that a process was given for a case. */
export interface CaseDone {
  readonly businessId: string;
  readonly effect: 'refund' | 'message';
  readonly vendorId: string;
}

/** All that is needed is loaded with this module. */
export function load(): void {
  flushCompileCache();
}

/** Refunds and announces every case, acknowledging each effect as soon as it has its result. */
export async function agent(args: ManyCases, acknowledge: (done: CaseDone) => void): Promise<void> {
  const { leaseMs, landingBoundMs, stripePort, slackApiUrl } = args;
  const local = { host: '127.0.0.1', port: stripePort, protocol: 'http', telemetry: false } as const;
  const oncely = createOncely({
    ledger: sqliteLedger(args.ledger),
    leaseMs,
    clients: {
      stripe: oncelyStripe((config) => new Stripe('sk_test_crash', { ...config, ...local }), { landingBoundMs }),
      slack: oncelySlack((config) => new WebClient('xoxb-crash', { ...config, slackApiUrl }), { landingBoundMs }),
    },
  });
  const { stripe, slack } = oncely.clients;
  const handle = (businessId: string): Promise<void> =>
    oncely.scope({ businessId, workflowId: 'crash-desk' }, async () => {
      const refund = await oncely.effect('refund', () =>
        stripe.refunds.create({ charge: `ch_${businessId}`, amount: 1000 }),
      );
      acknowledge({ businessId, effect: 'refund', vendorId: refund.id });
      const posted = await oncely.effect('message', () =>
        slack.chat.postMessage({ channel: 'C1', text: `refunded ${businessId}` }),
      );
      acknowledge({ businessId, effect: 'message', vendorId: posted.ts ?? 'none' });
    });
  await Promise.all(args.cases.map(handle));
}
