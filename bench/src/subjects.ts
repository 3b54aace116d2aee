/** What is measured: each subject does one thing once, however often and however many at once it is asked to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import Stripe from 'stripe';

import { commandsOfOneEffect, creatingCustomers, pairsOn, startVendor } from './effect-commands.ts';

export interface Subject {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Bench {
  readonly subjects: readonly Subject[];
  readonly close: () => Promise<void>;
}

/** Effects that are settled before the measuring begins and replayed over and over. */
const settledEffects = 64;

/** Starts the vendor and the ledgers, and settles what is to be replayed. The first subject is what others compare to. */
export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-bench-'));
  const { address, stop } = await startVendor();

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
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function through(ledger: Ledger, address: Stripe.StripeConfig) {
  const { create, close } = creatingCustomers(ledger, address);
  let performed = 0;
  return {
    perform: () => create((performed += 1)),
    settled: async () => {
      let next = 0;
      for (let number = 1; number <= settledEffects; number += 1) await create(-number);
      return () => create(-1 - ((next += 1) % settledEffects));
    },
    close,
  };
}

/** What the disk takes for one small commit that survives a loss of power: the floor under each claim and settle. */
function openDisk(file: string): { readonly commit: () => void; readonly close: () => void } {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table t (doc text)');
  const insert = database.prepare('insert into t values (?)');
  const doc = 'x'.repeat(1_000);
  return { commit: () => void insert.run(doc), close: () => database.close() };
}
