/** What the child processes run: one effect through Oncely, its recovery, and a person's word on it. */
import { flushCompileCache } from 'node:module';

import { createOncely, type Adapter, type Oncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import type { AdapterName } from '../cells.ts';

export interface AgentArguments {
  readonly adapter: AdapterName;
  /** The ledger's file. */
  readonly ledger: string;
  /** Where the vendor's fake listens. */
  readonly host: string;
  readonly port: number;
  /** The business case. */
  readonly businessId: string;
  /** The vendor's object that the effect is about. */
  readonly subject: string;
  readonly leaseMs: number;
  readonly landingBoundMs: number;
}

/** What the agent holds as done once its call has returned. */
export interface Acknowledged {
  readonly vendorId: string;
  readonly secret?: string;
}

interface Vendor {
  readonly client: Adapter;
  readonly write: (client: never) => Promise<Acknowledged>;
}

/** Only the one SDK that is needed, since each process of the matrix begins anew. */
async function vendorOf(args: AgentArguments): Promise<Vendor> {
  const { host, port, landingBoundMs, subject } = args;
  switch (args.adapter) {
    case 'stripe refunds.create':
    case 'stripe paymentIntents.create':
    case 'stripe customers.del': {
      const [{ Stripe }, { oncelyStripe }] = await Promise.all([import('stripe'), import('@oncely/stripe')]);
      type Client = InstanceType<typeof Stripe>;
      const writes: Record<typeof args.adapter, (client: Client) => Promise<Acknowledged>> = {
        'stripe refunds.create': async (client) => {
          const refund = await client.refunds.create({ charge: subject, amount: 1000 });
          return { vendorId: refund.id };
        },
        'stripe paymentIntents.create': async (client) => {
          const intent = await client.paymentIntents.create({ amount: 1000, currency: 'usd' });
          return { vendorId: intent.id, secret: intent.client_secret ?? 'none' };
        },
        'stripe customers.del': async (client) => {
          const gone = await client.customers.del(subject);
          return { vendorId: gone.deleted ? gone.id : 'not deleted' };
        },
      };
      const client = oncelyStripe(
        (config) => new Stripe('sk_test_crash', { ...config, host, port, protocol: 'http', telemetry: false }),
        { landingBoundMs },
      );
      return { client, write: writes[args.adapter] };
    }
    case 'slack chat.postMessage': {
      const [{ WebClient }, { oncelySlack }] = await Promise.all([import('@slack/web-api'), import('@oncely/slack')]);
      const slackApiUrl = `http://${host}:${port}/api/`;
      const client = oncelySlack((config) => new WebClient('xoxb-crash', { ...config, slackApiUrl }), {
        landingBoundMs,
      });
      const write = async (slack: InstanceType<typeof WebClient>): Promise<Acknowledged> => {
        const posted = await slack.chat.postMessage({ channel: subject, text: 'refunded' });
        return { vendorId: `${posted.channel}:${posted.ts}` };
      };
      return { client, write };
    }
    case 'email sendMail': {
      const [{ createTransport }, { oncelyEmail }] = await Promise.all([import('nodemailer'), import('@oncely/email')]);
      const client = oncelyEmail(() => createTransport({ host, port, secure: false }), { landingBoundMs });
      const write = async (email: ReturnType<typeof createTransport>): Promise<Acknowledged> => {
        const sent = await email.sendMail({ from: 'desk@example.com', to: subject, subject: 'Refund', text: 'Done.' });
        return { vendorId: sent.messageId };
      };
      return { client, write };
    }
  }
}

async function open(
  args: AgentArguments,
): Promise<{ oncely: Oncely<{ vendor: Adapter }>; write: () => Promise<Acknowledged> }> {
  const { client, write } = await vendorOf(args);
  const oncely = createOncely({
    ledger: sqliteLedger(args.ledger),
    clients: { vendor: client },
    leaseMs: args.leaseMs,
  });
  return { oncely, write: () => write(oncely.clients.vendor as never) };
}

/** Loads what the other functions need, and keeps it compiled for the processes to come. */
export async function load(args: AgentArguments): Promise<void> {
  await open(args);
  flushCompileCache();
}

/** One business case: one effect. */
export async function agent(args: AgentArguments): Promise<Acknowledged> {
  const { oncely, write } = await open(args);
  return oncely.scope({ businessId: args.businessId, workflowId: 'crash-desk' }, () => oncely.effect('effect', write));
}

/** A process without any caller: until nothing is open, and once more for what is looked at twice. */
export async function recover(args: AgentArguments): Promise<{ readonly diverged: number }> {
  const { oncely } = await open(args);
  let diverged = 0;
  for (let left = 100; left > 0; left -= 1) {
    diverged += (await oncely.recover({ deadlineMs: 10_000 })).diverged.length;
    if (!(await hasOpen(oncely))) break;
    await pause(25);
  }
  await pause(args.landingBoundMs + 20);
  diverged += (await oncely.recover()).diverged.length;
  return { diverged };
}

/** A person who looked at the vendor says what happened. */
export async function resolve(
  args: AgentArguments & { readonly happened: { readonly vendorId: string } | false },
): Promise<string> {
  const { oncely } = await open(args);
  const contract = { businessId: args.businessId, workflowId: 'crash-desk', stepId: 'effect', logicVersion: 1 };
  const effect = await oncely.effects.resolve(contract, { happened: args.happened }, { by: 'ada' });
  return effect.state;
}

async function hasOpen(oncely: Oncely<{ vendor: Adapter }>): Promise<boolean> {
  const { effects } = await oncely.effects.list();
  return effects.some(({ state }) => state === 'executing' || state === 'in_doubt' || state === 'ready');
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
