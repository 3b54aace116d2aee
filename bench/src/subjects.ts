/** What is measured: each subject does one thing once, however often and however many at once it is asked to. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

export interface Subject {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Bench {
  readonly subjects: readonly Subject[];
  readonly close: () => Promise<void>;
}

type WriteCommand = Parameters<Ledger['write']>[0];

/** Effects that are settled before the measuring begins and replayed over and over. */
const settledEffects = 64;

/** Starts the vendor and the ledgers, and settles what is to be replayed. The first subject is what others compare to. */
export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-bench-'));
  const vendor = fork(new URL('./vendor.ts', import.meta.url), { execArgv: ['--conditions', '@oncely/source'] });
  const [{ host, port }] = (await once(vendor, 'message')) as [{ host: string; port: number }];
  const address = { host, port, protocol: 'http', telemetry: false } as const;

  const memory = memoryLedger();
  const sqlite = sqliteLedger(join(folder, 'effects.db'));
  const viaMemory = through(memory, address);
  const viaSqlite = through(sqlite, address);
  const commands = await commandsOfOneEffect(address);
  const disk = openDisk(join(folder, 'disk.db'));
  const bare = new Stripe('sk_test_bench', address);
  let calls = 0;

  return {
    subjects: [
      { name: 'bare Stripe call', run: () => bare.customers.create({ email: `${(calls += 1)}@example.com` }) },
      { name: 'through Oncely, memory', run: viaMemory.perform },
      { name: 'through Oncely, SQLite', run: viaSqlite.perform },
      { name: 'replay, memory', run: await viaMemory.settled() },
      { name: 'replay, SQLite', run: await viaSqlite.settled() },
      { name: 'claim + settle, memory', run: pairsOn(memory, commands) },
      { name: 'claim + settle, SQLite', run: pairsOn(sqlite, commands) },
      { name: 'one SQLite commit, synchronous=FULL', run: disk.commit },
    ],
    close: async () => {
      await Promise.all([viaMemory.close(), viaSqlite.close()]);
      disk.close();
      vendor.disconnect();
      await once(vendor, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function through(ledger: Ledger, address: Stripe.StripeConfig) {
  const oncely = createOncely({
    ledger,
    clients: { stripe: oncelyStripe((config) => new Stripe('sk_test_bench', { ...address, ...config })) },
  });
  const { stripe } = oncely.clients;
  const create = (number: number): Promise<unknown> =>
    oncely.scope({ businessId: `case_${number}`, workflowId: 'bench' }, () =>
      oncely.effect('customer', () => stripe.customers.create({ email: `${number}@example.com` })),
    );
  let performed = 0;
  return {
    perform: () => create((performed += 1)),
    settled: async () => {
      let next = 0;
      for (let number = 1; number <= settledEffects; number += 1) await create(-number);
      return () => create(-1 - ((next += 1) % settledEffects));
    },
    close: () => oncely.close(),
  };
}

/** The claim and the settle of one real effect, as a ledger gets them. */
async function commandsOfOneEffect(address: Stripe.StripeConfig): Promise<readonly WriteCommand[]> {
  const commands: WriteCommand[] = [];
  const ledger = memoryLedger();
  const listening: Ledger = {
    ...ledger,
    write: (command) => {
      commands.push(command);
      return ledger.write(command);
    },
  };
  const { perform, close } = through(listening, address);
  await perform();
  await close();
  return commands;
}

function pairsOn(ledger: Ledger, commands: readonly WriteCommand[]): () => Promise<void> {
  let pairs = 0;
  return async () => {
    const slot = `pair_${(pairs += 1)}:bench:customer`;
    for (const { guard, ...command } of commands) {
      const { epoch } = await opened(ledger);
      const answer = await ledger.write({ ...command, slot, ...(guard ? { guard: { ...guard, epoch } } : {}) });
      if (answer.kind !== 'written') throw new Error(`a write of a pair was answered ${answer.kind}`);
    }
  };
}

const openings = new Map<Ledger, ReturnType<Ledger['open']>>();

function opened(ledger: Ledger): ReturnType<Ledger['open']> {
  const opening = openings.get(ledger) ?? ledger.open();
  openings.set(ledger, opening);
  return opening;
}

/** What the disk takes for one small commit that survives a loss of power: the floor under each claim and settle. */
function openDisk(file: string): { readonly commit: () => void; readonly close: () => void } {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table t (doc text)');
  const insert = database.prepare('insert into t values (?)');
  const doc = 'x'.repeat(1_000);
  return { commit: () => void insert.run(doc), close: () => database.close() };
}
