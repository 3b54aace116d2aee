import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createOncely, type Effect } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { startSlackFake } from '../../src/fakes/slack.ts';
import { startSmtpFake } from '../../src/fakes/smtp.ts';
import { startStripeFake } from '../../src/fakes/stripe.ts';
import type { AgentArguments } from './agents/one-effect.ts';
import type { AdapterName } from './cells.ts';

/** One adapter's vendor and ledger, of one test. */
export interface World {
  readonly args: AgentArguments;
  /** The vendor's ids of the effects that really happened. */
  happened(): readonly string[];
  /** When each request arrived that could have had an effect. */
  sent(): readonly number[];
  /** From now on the vendor commits at once and keeps its answers for a long time. */
  holdAnswers(): void;
  /** Answers again as usual. */
  heal(): void;
  /** What the ledger says. */
  recorded(): Promise<Effect | undefined>;
  close(): Promise<void>;
}

interface Vendor extends Pick<World, 'happened' | 'sent' | 'holdAnswers' | 'heal'> {
  readonly host: string;
  readonly port: number;
  readonly subject: string;
  close(): Promise<void>;
}

/** Enough for a process on a busy machine to send, and short enough to be waited for in each cell. */
const leaseMs = 1_200;
const landingBoundMs = 200;

let serial = 0;

/** Starts the fake of an adapter and a fresh ledger. */
export async function startWorld(
  adapter: AdapterName,
  times: { leaseMs?: number; landingBoundMs?: number } = {},
): Promise<World> {
  const [vendor, directory] = await Promise.all([startVendor(adapter), mkdtemp(join(tmpdir(), 'oncely-crash-'))]);
  const { host, port, subject, happened, sent, holdAnswers, heal } = vendor;
  const args: AgentArguments = {
    adapter,
    ledger: join(directory, 'effects.db'),
    host,
    port,
    subject,
    businessId: `case_${(serial += 1)}`,
    leaseMs,
    landingBoundMs,
    ...times,
  };
  return {
    args,
    happened,
    sent,
    holdAnswers,
    heal,
    recorded: async () => {
      const ledger = sqliteLedger(args.ledger);
      const { effects } = createOncely({ ledger });
      try {
        return await effects.get({
          businessId: args.businessId,
          workflowId: 'crash-desk',
          stepId: 'effect',
          logicVersion: 1,
        });
      } finally {
        await ledger.close();
      }
    },
    close: async () => {
      await Promise.all([vendor.close(), rm(directory, { recursive: true, force: true })]);
    },
  };
}

async function startVendor(adapter: AdapterName): Promise<Vendor> {
  switch (adapter) {
    case 'stripe refunds.create':
    case 'stripe paymentIntents.create':
    case 'stripe customers.del':
      return startStripe(adapter);
    case 'slack chat.postMessage':
      return startSlack();
    case 'email sendMail':
      return startSmtp();
  }
}

const stripeOperations = {
  'stripe refunds.create': 'refunds.create',
  'stripe paymentIntents.create': 'payment_intents.create',
  'stripe customers.del': 'customers.delete',
} as const;

async function startStripe(adapter: keyof typeof stripeOperations): Promise<Vendor> {
  const fake = await startStripeFake({ autoCharges: true });
  const subject = adapter === 'stripe customers.del' ? await seedCustomer(fake.url) : 'ch_1';
  const before = fake.requests.length;
  return {
    host: fake.host,
    port: fake.port,
    subject,
    happened: () => fake.effects(stripeOperations[adapter]).map(({ id }) => id),
    sent: () => fake.requests.slice(before).flatMap((request) => (request.method === 'GET' ? [] : [request.at])),
    holdAnswers: () => fake.fail(heldAnswer, { times: Infinity }),
    heal: () => fake.heal(),
    close: () => fake.close(),
  };
}

async function startSlack(): Promise<Vendor> {
  const fake = await startSlackFake();
  return {
    host: fake.host,
    port: fake.port,
    subject: 'C1',
    happened: () => fake.effects('chat.postMessage').map(({ channel, id }) => `${channel}:${id}`),
    sent: () => fake.requests.flatMap(({ path, at }) => (path === '/api/chat.postMessage' ? [at] : [])),
    holdAnswers: () => fake.fail(heldAnswer, { times: Infinity }),
    heal: () => fake.heal(),
    close: () => fake.close(),
  };
}

async function startSmtp(): Promise<Vendor> {
  const fake = await startSmtpFake();
  return {
    host: fake.host,
    port: fake.port,
    subject: 'ada@example.com',
    happened: () => fake.effects().map(({ messageId }) => messageId),
    sent: () => fake.effects().map(({ at }) => at),
    holdAnswers: () => fake.fail({ ...heldAnswer, at: 'after_dot' }, { times: Infinity }),
    heal: () => fake.heal(),
    close: () => fake.close(),
  };
}

/** Longer than any test: its answer never comes. */
const heldAnswer = { kind: 'delay', ms: 60_000 } as const;

async function seedCustomer(url: string): Promise<string> {
  const headers = { authorization: 'Bearer sk_test_crash', 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(`${url}/v1/customers`, { method: 'POST', headers, body: 'email=ada%40example.com' });
  const { id } = (await response.json()) as { id: string };
  return id;
}
