/** What the child processes of the wide matrix run: one effect of each kind at once, and their recovery. */
import { flushCompileCache } from 'node:module';

import { createOncely, isOncelyError, type Adapter, type Ledger, type Oncely } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

import type { CrashOperation } from '../operations/operation.ts';
import type { MailPlaces } from './mail-clients.ts';

export type Store =
  | { readonly kind: 'SQLite'; readonly file: string }
  | { readonly kind: 'Postgres'; readonly url: string; readonly schema: string }
  | { readonly kind: 'Redis'; readonly url: string; readonly prefix: string };

/**
 * Where each effect waits for all the others, before the process is killed. `returned`: the caller has the result.
 */
export type Place = 'before_claim' | 'after_claim' | 'answer_lost' | 'answer_received' | 'settled' | 'returned';

export interface ManyArguments {
  readonly vendor: 'stripe' | 'hubspot' | 'slack' | 'email';
  readonly store: Store;
  readonly host: string;
  readonly port: number;
  /** Where e-mail keeps files, and where it goes that does not go by SMTP. */
  readonly mail?: MailPlaces;
  /** What each operation is about, by its name. */
  readonly subjects: Readonly<Record<string, string>>;
  readonly leaseMs: number;
  readonly landingBoundMs: number;
  /** Where this process is to be killed. */
  readonly dieAt?: Place;
}

/** By operation: the vendor's id, `stopped`, or what went wrong. */
export type Outcomes = Readonly<Record<string, string>>;

interface Vendor {
  /** By name; `vendor` where there is one only. */
  readonly adapters: Readonly<Record<string, Adapter>>;
  readonly operations: readonly CrashOperation<never>[];
  /** Ends what would keep a process from its end. */
  readonly close?: () => void;
}

/** Only the one SDK that is needed. */
async function vendorOf({ vendor, host, port, landingBoundMs, mail }: ManyArguments): Promise<Vendor> {
  switch (vendor) {
    case 'stripe': {
      const [{ Stripe }, { oncelyStripe }, { stripeOperations: operations }] = await Promise.all([
        import('stripe'),
        import('@oncely/stripe'),
        import('../operations/stripe.ts'),
      ]);
      const at = { host, port, protocol: 'http', telemetry: false } as const;
      const adapter = oncelyStripe((config) => new Stripe('sk_test_crash', { ...config, ...at }), { landingBoundMs });
      return { adapters: { vendor: adapter }, operations };
    }
    case 'slack': {
      const [{ LogLevel, WebClient }, { oncelySlack }, { slackOperations: operations }] = await Promise.all([
        import('@slack/web-api'),
        import('@oncely/slack'),
        import('../operations/slack.ts'),
      ]);
      const at = { slackApiUrl: `http://${host}:${port}/api/`, logLevel: LogLevel.ERROR };
      const adapter = oncelySlack((config) => new WebClient('xoxb-crash', { ...at, ...config }), { landingBoundMs });
      return { adapters: { vendor: adapter }, operations };
    }
    case 'hubspot': {
      const [{ Client }, { oncelyHubspot }, { hubspotOperations: operations }] = await Promise.all([
        import('@hubspot/api-client'),
        import('@oncely/hubspot'),
        import('../operations/hubspot.ts'),
      ]);
      const at = { accessToken: 'crash', basePath: `http://${host}:${port}` };
      const adapter = oncelyHubspot((config) => new Client({ ...at, ...config }), { landingBoundMs });
      return { adapters: { vendor: adapter }, operations };
    }
    case 'email': {
      if (mail === undefined) throw new Error('e-mail needs its places');
      const [{ mailClients }, { emailOperations: operations }] = await Promise.all([
        import('./mail-clients.ts'),
        import('../operations/email.ts'),
      ]);
      return { ...mailClients({ host, port }, mail, landingBoundMs), operations };
    }
  }
}

type Clients = Readonly<Record<string, Adapter>>;

interface Desk {
  readonly oncely: Oncely<Clients>;
  readonly operations: readonly CrashOperation<never>[];
  readonly close: () => Promise<void>;
}

async function open(args: ManyArguments): Promise<Desk> {
  const { adapters: clients, operations, close: closeClients } = await vendorOf(args);
  const { store, leaseMs, dieAt } = args;
  const { ledger: stored, close } = ledgerAt(store);
  const ledger = dieAt === undefined ? stored : dying(stored, dieAt, operations.length);
  const oncely = createOncely({ ledger, clients, leaseMs, drainOnSigterm: false, waitMs: 60_000, maxAttempts: 7 });
  return {
    oncely,
    operations,
    close: async () => {
      await oncely.close();
      closeClients?.();
      await close();
    },
  };
}

/** A ledger of one process's own, with its connection. */
export function ledgerAt(store: Store): { readonly ledger: Ledger; readonly close: () => Promise<unknown> } {
  const commandTimeoutMs = 30_000;
  switch (store.kind) {
    case 'SQLite': {
      const ledger = sqliteLedger(store.file);
      return { ledger, close: () => ledger.close() };
    }
    case 'Postgres': {
      const pool = new Pool({ connectionString: store.url, max: 4 });
      return { ledger: postgresLedger(pool, { schema: store.schema, commandTimeoutMs }), close: () => pool.end() };
    }
    case 'Redis': {
      const client = new Redis(store.url);
      const ledger = redisLedger(client, { prefix: store.prefix, commandTimeoutMs, onWarning: () => undefined });
      return { ledger, close: () => client.quit() };
    }
  }
}

/** A ledger at which each of `count` effects waits at a place, and with the last of them the process dies. */
function dying(ledger: Ledger, dieAt: Place, count: number): Ledger {
  let there = 0;
  const wait = (): Promise<never> => {
    there += 1;
    if (there === count) process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  };
  return {
    ...ledger,
    write: async (command) => {
      // On a busy machine an attempt may not send within its window: it is taken back, and there is another one.
      const { state } = command.index;
      if (state !== 'executing' && state !== 'succeeded') return ledger.write(command);
      const claims = state === 'executing';
      if (dieAt === (claims ? 'before_claim' : 'answer_received')) return wait();
      const answer = await ledger.write(command);
      return dieAt === (claims ? 'after_claim' : 'settled') ? wait() : answer;
    },
  };
}

/** Loads what the other functions need, and keeps it compiled for the processes to come. */
export async function load(args: ManyArguments): Promise<void> {
  const { close } = await open(args);
  await close();
  flushCompileCache();
}

/** Each operation once, all at once, each for a business case of its own. */
export async function agent(args: ManyArguments): Promise<Outcomes> {
  const { oncely, operations, close } = await open(args);
  const outcomes = await Promise.all(
    operations.map(async ({ name, client = 'vendor', write }) => {
      try {
        const id = await oncely.scope({ businessId: name, workflowId: 'crash-desk' }, () =>
          oncely.effect('effect', () => write(oncely.clients[client] as never, args.subjects[name] ?? '')),
        );
        return [name, id] as const;
      } catch (error) {
        return [name, isOncelyError(error) && error.code === 'stopped' ? 'stopped' : String(error)] as const;
      }
    }),
  );
  if (args.dieAt === undefined) await close();
  return Object.fromEntries(outcomes);
}

/** A process without any caller: until nothing is open, and once more for what is looked at twice. */
export async function recover(args: ManyArguments): Promise<{ readonly diverged: number }> {
  const { oncely, close } = await open(args);
  let diverged = 0;
  for (let left = 400; left > 0; left -= 1) {
    diverged += (await oncely.recover({ deadlineMs: 20_000 })).diverged.length;
    if (!(await hasOpen(oncely))) break;
    await pause(50);
  }
  await pause(args.landingBoundMs + 20);
  diverged += (await oncely.recover()).diverged.length;
  await close();
  return { diverged };
}

/** A person who looked at the vendor says what happened to each. */
export async function resolve(
  args: ManyArguments & { readonly happened: Readonly<Record<string, string | false>> },
): Promise<Outcomes> {
  const { oncely, close } = await open(args);
  const states: Record<string, string> = {};
  for (const [businessId, id] of Object.entries(args.happened)) {
    const contract = { businessId, workflowId: 'crash-desk', stepId: 'effect', logicVersion: 1 };
    const happened = id === false ? id : { vendorId: id };
    states[businessId] = (await oncely.effects.resolve(contract, { happened }, { by: 'ada' })).state;
  }
  await close();
  return states;
}

async function hasOpen(oncely: Oncely<Clients>): Promise<boolean> {
  const { effects } = await oncely.effects.list();
  return effects.some(({ state }) => state === 'executing' || state === 'in_doubt' || state === 'ready');
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
