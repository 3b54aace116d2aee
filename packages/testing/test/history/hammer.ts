import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { checkHistory } from '../../src/history/check-history.ts';
import { openJournal, readHistory } from '../../src/history/journal.ts';
import { sliceOf, type Violation } from '../../src/history/violation.ts';
import { slotNameOf, type Codes, type HammerOrders } from './agents/hammer-agent.ts';
import { finish } from './finish.ts';
import { seeded } from './random.ts';
import type { Place } from './stores.ts';
import { startHammerVendor } from './vendor.ts';
import { createWorkers, type Workers } from './workers.ts';

export interface HammerOptions {
  readonly place: Place;
  readonly seed: number;
  readonly processes: number;
  readonly slots: number;
  readonly leaseMs: number;
  /** Whether it has gone on for long enough. */
  readonly enough: (progress: Progress) => boolean;
  /** Ends the store's server without warning and starts it again on its data. */
  readonly crashServer?: () => Promise<void>;
}

export interface Progress {
  readonly seconds: number;
  readonly effects: number;
  readonly kills: number;
  readonly stops: number;
  readonly serverCrashes: number;
}

export interface HammerReport extends Progress {
  /** Commands of the ledger that were answered, and those that were not. */
  readonly operations: number;
  readonly unanswered: number;
  readonly sends: number;
  readonly doubts: number;
  readonly codes: Codes;
  readonly violations: readonly Violation[];
  /** The part of the history that the first violation is about. */
  readonly slice: string;
  /** Slots that happened and were not known to have in the end, and those in doubt still. */
  readonly unsettled: readonly string[];
}

/** Processes that share one ledger, killed and frozen at random; then all is settled, and the history is checked. */
export async function hammer(options: HammerOptions): Promise<HammerReport> {
  const { place, leaseMs } = options;
  const random = seeded(options.seed);
  const folder = await mkdtemp(join(tmpdir(), 'oncely-hammer-'));
  const journals = join(folder, 'history');
  await mkdir(journals);
  const vendorJournal = openJournal(journals, 'vendor');
  const vendor = await startHammerVendor(vendorJournal, seeded(options.seed + 1));
  const stopFile = join(folder, 'stop');
  const done = new Map<string, number>();
  const roundOf = (index: number): number => {
    let round = done.get(`${index}`) ?? 0;
    while (vendor.effects.some(({ slot }) => slot === slotNameOf(index, round))) round += 1;
    done.set(`${index}`, round);
    return round;
  };
  const ordersFor = (name: string): HammerOrders => ({
    name,
    folder: journals,
    place,
    vendor: vendor.url,
    stopFile,
    seed: Math.floor(random() * 2 ** 31),
    leaseMs,
    rounds: Array.from({ length: options.slots }, (_, index) => roundOf(index)),
  });
  const workers = createWorkers(options.processes, ordersFor);
  const begun = performance.now();
  let serverCrashes = 0;
  const progress = (): Progress => ({
    seconds: (performance.now() - begun) / 1_000,
    effects: vendor.effects.length,
    serverCrashes,
    ...workers.counts(),
  });

  try {
    let nextServerCrash = 10;
    while (!options.enough(progress())) {
      await disturb(workers, random, leaseMs);
      if (options.crashServer && progress().seconds > nextServerCrash) {
        await options.crashServer();
        serverCrashes += 1;
        nextServerCrash = progress().seconds + 8 + random() * 8;
      }
    }
    await writeFile(stopFile, '');
    const codes = await workers.ended();
    const unsettled = await finish({ place, vendor, journals, leaseMs });
    const history = readHistory(journals);
    const violations = checkHistory(history, { sendWindowMs: leaseMs / 2 });
    const [first] = violations;
    const count = (holds: (event: (typeof history)[number]) => boolean): number => history.filter(holds).length;
    return {
      ...progress(),
      operations: count(({ kind }) => kind === 'answer'),
      unanswered: count(({ kind }) => kind === 'failed'),
      sends: count(({ kind }) => kind === 'sending'),
      doubts: count((event) => event.kind === 'verdict' && event.evidence === 'unknown'),
      codes,
      violations,
      slice: first ? sliceOf(history, first) : '',
      unsettled,
    };
  } finally {
    await workers.kill();
    await vendor.close();
    vendorJournal.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One blow at one process, and a pause. */
async function disturb(workers: Workers, random: () => number, leaseMs: number): Promise<void> {
  await sleep(20 + random() * 80);
  const what = random();
  if (what < 0.12) workers.killOne(random);
  else if (what < 0.4) workers.freezeOne(random, random() * 1.5 * leaseMs);
}
