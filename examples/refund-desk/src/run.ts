/** One run of the desk with one of the two agents, against vendors of its own, under the chaos of a seed. */
import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCases } from './cases.ts';
import { killPlan } from './chaos.ts';
import { openDesk, type Desk } from './desk.ts';
import { askPerson } from './person.ts';
import type { Recovery } from './recover.ts';
import { doubtsOf, tally, type Doubts, type Tally } from './tally.ts';
import { startVendors } from './vendors.ts';

export interface RunOptions {
  readonly seed: number;
  readonly cases: number;
  /** How many workers are killed one by one; the power cut comes on top. */
  readonly kills: number;
  /** For the ledger and the workers' logs. */
  readonly folder: string;
  readonly watch?: (desk: Desk) => void;
  readonly say?: (line: string) => void;
}

export interface Run extends Tally {
  readonly expected: number;
  readonly kills: number;
  readonly redeliveries: number;
  readonly ms: number;
}

export interface OncelyRun extends Run {
  readonly ledger: string;
  readonly doubts: Doubts;
  /** The case with the most to tell. */
  readonly sample: string;
}

export function runRaw(options: RunOptions): Promise<Run> {
  return run('raw', options, {});
}

export async function runOncely(options: RunOptions): Promise<OncelyRun> {
  const ledger = join(options.folder, 'effects.db');
  const done = await run('oncely', options, { DEMO_LEDGER: ledger });
  const { sample, ...doubts } = await doubtsOf(ledger);
  return { ...done, ledger, doubts, sample };
}

async function run(agent: 'raw' | 'oncely', options: RunOptions, extra: NodeJS.ProcessEnv): Promise<Run> {
  const { seed, folder, say = () => {} } = options;
  const cases = makeCases(seed, options.cases);
  const vendors = await startVendors(seed, cases);
  const env = {
    ...process.env,
    ...extra,
    DEMO_ADDRESSES: JSON.stringify(vendors.addresses),
    // Node's own place for it: workers come and go, and are quicker to come so.
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  };
  const ledger = extra['DEMO_LEDGER'];
  const startedAt = performance.now();
  const desk = openDesk({
    agent,
    cases,
    plan: killPlan(
      seed,
      cases.map(({ id }) => id),
      options.kills,
    ),
    env,
    folder,
    afterPowerCut: async () => {
      say('power cut: all workers killed at once');
      if (ledger === undefined) return;
      const { settled, stopped } = await recoverElsewhere(env, folder);
      say(`oncely.recover() in a fresh process: ${settled} effects settled, ${stopped} left to a person`);
    },
  });
  try {
    options.watch?.(desk);
    await desk.drained();
    while (ledger !== undefined && desk.waiting().length > 0) {
      await vendors.settled();
      say(`e-mails that wait for a person, who looks into the mailbox: ${desk.waiting().length}`);
      await askPerson(ledger, vendors.smtp);
      desk.resume();
      await desk.drained();
    }
    if (ledger !== undefined) await recoverElsewhere(env, folder);
    const ms = performance.now() - startedAt;
    await vendors.settled();
    return {
      ...tally(vendors, cases, desk.acknowledged()),
      expected: cases.length,
      kills: desk.kills(),
      redeliveries: desk.deliveries() - cases.length,
      ms,
    };
  } finally {
    await desk.close();
    await vendors.close();
  }
}

function recoverElsewhere(env: NodeJS.ProcessEnv, folder: string): Promise<Recovery> {
  const log = openSync(join(folder, 'recover.log'), 'a');
  const child = fork(join(import.meta.dirname, 'recover.ts'), {
    execArgv: ['--conditions', '@oncely/source'],
    env,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`recovery ended with ${code}: see ${folder}`)));
  });
}
