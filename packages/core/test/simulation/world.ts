import { createOncely, OncelyError, type Ledger, type LimitRule, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

import { simAdapter, type SimClient } from './adapter.ts';
import { createScheduler, type Process, type Scheduler } from './scheduler.ts';
import { createVendor, type Vendor } from './vendor.ts';

export const leaseMs = 1_000;

export type SimOncely = Oncely<{ readonly sim: ReturnType<typeof simAdapter> }>;

/** A worker process: its own runtime on the shared ledger. */
export interface Worker {
  readonly process: Process;
  readonly oncely: SimOncely;
  readonly sim: SimClient;
}

export interface WorkerOptions {
  readonly waitMs?: number;
  readonly limits?: readonly LimitRule[];
}

export interface World {
  readonly scheduler: Scheduler;
  readonly vendor: Vendor;
  readonly ledger: Ledger;
  /** What the ledger's line does to the next commands of any process. */
  readonly ledgerScript: LedgerFate[];
  ledgerFate: () => LedgerFate;
  worker(name: string, options?: WorkerOptions): Worker;
  /** Runs recovery in fresh processes until nothing is open by itself. */
  recoverAll(): Promise<void>;
}

export type LedgerFate = 'ok' | 'lost_before' | 'lost_after';

/** Runner, ledger, vendor and clock under one seed. */
export function createWorld(seed: number): World {
  const scheduler = createScheduler(seed);
  const vendor = createVendor(scheduler);
  const ledger = memoryLedger({ now: () => scheduler.now() });
  let tokens = 0;

  const world: World = {
    scheduler,
    vendor,
    ledger,
    ledgerScript: [],
    ledgerFate: () => 'ok',
    worker: (name, options = {}) => {
      const process = scheduler.process(name);
      const oncely = createOncely({
        ledger: overNetwork(world, process),
        clients: { sim: simAdapter(scheduler, vendor, process) },
        clock: process.clock,
        // What comes back from a backup has the key of before.
        fingerprintKey: new Uint8Array(32).fill(7),
        token: () => `${name}-${(tokens += 1)}`,
        leaseMs,
        waitMs: options.waitMs ?? 5_000,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
        // Nobody waits for them, so they would only move the fates of other commands.
        audit: { observations: false },
        drainOnSigterm: false,
      });
      return { process, oncely, sim: oncely.clients.sim };
    },
    recoverAll: async () => {
      let last: unknown;
      for (let round = 0; round < 20; round += 1) {
        const { oncely } = world.worker(`recovery-${round}`);
        const pending = oncely.recover({ deadlineMs: 60_000 });
        await scheduler.run();
        const recovered = await pending;
        const { open, examined } = recovered;
        last = recovered;
        if (examined === 0 && open.length === 0 && round > 3) return;
        // Leases that still run become due with time, and then the longest pause between fruitless rounds.
        scheduler.later(round < 3 ? leaseMs : 310_000, () => undefined);
        await scheduler.run();
      }
      throw new Error(`recovery does not come to an end: ${JSON.stringify(last)}`);
    },
  };
  return world;
}

/** The ledger as a process sees it: every command and answer takes time and may be lost. */
function overNetwork(world: World, process: Process): Ledger {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    const { scheduler } = world;
    const fate = world.ledgerScript.shift() ?? world.ledgerFate();
    // Once on the line a command is out of the process's hands, even if that is killed.
    await scheduler.after(1 + scheduler.random() * 10);
    if (fate === 'lost_before') throw lineCut();
    const answer = await work();
    await scheduler.after(1 + scheduler.random() * 10, process);
    if (fate === 'lost_after') throw lineCut();
    return answer;
  };
  const { ledger } = world;
  return {
    name: ledger.name,
    open: () => ledger.open(),
    write: (command) => call(() => ledger.write(command)),
    read: (slot) => call(() => ledger.read(slot)),
    list: (query) => ledger.list(query),
    audited: (query) => ledger.audited(query),
    markSealed: (rows) => ledger.markSealed(rows),
    remove: (command) => ledger.remove(command),
    history: (slot) => ledger.history(slot),
    readWorkflow: (workflow) => ledger.readWorkflow(workflow),
    writeWorkflow: (command) => ledger.writeWorkflow(command),
    markSuspect: (since) => ledger.markSuspect(since),
    raiseEpoch: () => ledger.raiseEpoch(),
    close: () => ledger.close(),
  };
}

function lineCut(): OncelyError {
  return new OncelyError('ledger_unavailable', { message: 'the line was cut' });
}
