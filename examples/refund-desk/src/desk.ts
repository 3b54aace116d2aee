/**
 * The desk: a queue with the promise of SQS or BullMQ (a case is delivered until it is acknowledged), and the workers
 * that it feeds, replaced as they are killed.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

import type { RefundCase } from './cases.ts';
import type { KillPlan } from './chaos.ts';
import type { Report } from './worker.ts';

export interface DeskOptions {
  readonly agent: 'raw' | 'oncely';
  readonly cases: readonly RefundCase[];
  readonly plan: KillPlan;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** While no worker runs, before the first one is started again. */
  readonly afterPowerCut?: () => Promise<void>;
}

export interface Desk {
  /** Resolves when each case is acknowledged or waits for a person. */
  drained(): Promise<void>;
  /** Delivers the cases that wait for a person. */
  resume(): void;
  /** Effect keys that wait for a person. */
  waiting(): readonly string[];
  acknowledged(): ReadonlySet<string>;
  /** How many workers died of SIGKILL while they held a case. */
  kills(): number;
  deliveries(): number;
  /** Resolves when all workers are gone. */
  close(): Promise<void>;
}

interface Worker {
  readonly process: ChildProcess;
  readonly gone: Promise<unknown>;
  readonly holding: Set<string>;
  isReady: boolean;
  isKilled: boolean;
}

const workerCount = 4;
const casesPerWorker = 4;
const redeliveryMs = 300;

export function openDesk(options: DeskOptions): Desk {
  const cases = new Map(options.cases.map((refund) => [refund.id, refund]));
  const queue = [...cases.keys()];
  const acknowledged = new Set<string>();
  const waiting = new Map<string, string>();
  const workers = new Set<Worker>();
  const kills = new Map(options.plan.kills);
  const log = openSync(join(options.folder, `${options.agent}-workers.log`), 'a');
  let powerCut: KillPlan['powerCut'] | undefined = options.plan.powerCut;
  let isDark = false;
  let isClosed = false;
  let killed = 0;
  let delivered = 0;
  let end = Promise.withResolvers<void>();

  function hire(): void {
    const child = fork(join(import.meta.dirname, 'worker.ts'), [options.agent], {
      execArgv: ['--conditions', '@oncely/source'],
      env: options.env,
      stdio: ['ignore', log, log, 'ipc'],
    });
    // Both: what a dying worker had still written to its channel is read before its cases are delivered again.
    const gone = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    const worker: Worker = { process: child, gone, holding: new Set(), isReady: false, isKilled: false };
    workers.add(worker);
    child.on('message', (report: Report) => hear(worker, report));
    void gone.then(() => bury(worker));
  }

  function hear(worker: Worker, report: Report): void {
    if (report.kind === 'ready') worker.isReady = true;
    else worker.holding.delete(report.id);
    if (report.kind === 'done') acknowledged.add(report.id);
    if (report.kind === 'asks_a_person') waiting.set(report.id, report.effect);
    if (report.kind === 'failed') setTimeout(requeue, redeliveryMs, report.id);
    deliver();
  }

  function bury(worker: Worker): void {
    workers.delete(worker);
    if (isClosed) return;
    if (!worker.isKilled) return end.reject(new Error(`a worker ended by itself: see ${options.folder}`));
    queue.push(...worker.holding);
    if (!isDark) hire();
    else if (workers.size === 0) void (options.afterPowerCut?.() ?? Promise.resolve()).then(lightUp, end.reject);
    deliver();
  }

  function lightUp(): void {
    isDark = false;
    for (let count = 0; count < workerCount; count += 1) hire();
  }

  function requeue(id: string): void {
    queue.push(id);
    deliver();
  }

  function deliver(): void {
    if (isClosed || isDark) return;
    for (const worker of [...workers].toSorted((a, b) => a.holding.size - b.holding.size)) {
      while (worker.isReady && !worker.isKilled && worker.holding.size < casesPerWorker) {
        const id = queue.shift();
        if (id === undefined) break;
        delivered += 1;
        worker.holding.add(id);
        worker.process.send(cases.get(id) as RefundCase);
        doom(id, worker);
      }
    }
    if (acknowledged.size + waiting.size === cases.size) end.resolve();
  }

  /** The delivery of a case may be what a worker dies of, or all of them. */
  function doom(id: string, worker: Worker): void {
    const afterMs = kills.get(id);
    if (afterMs !== undefined) {
      kills.delete(id);
      setTimeout(killOne, afterMs, worker);
    }
    if (powerCut?.case === id) {
      setTimeout(cutPower, powerCut.afterMs);
      powerCut = undefined;
    }
  }

  /** Kills this worker, or another one where it is dead or idle: a kill always interrupts work. */
  function killOne(chosen: Worker): void {
    if (isClosed) return;
    const busy = [chosen, ...workers].find((worker) => !worker.isKilled && worker.holding.size > 0);
    if (busy) kill(busy);
    else setTimeout(killOne, 20, chosen);
  }

  function cutPower(): void {
    isDark = true;
    for (const worker of workers) kill(worker);
  }

  function kill(worker: Worker): void {
    if (worker.isKilled) return;
    worker.isKilled = true;
    if (worker.holding.size > 0) killed += 1;
    worker.process.kill('SIGKILL');
  }

  lightUp();
  return {
    drained: () => end.promise,
    resume: () => {
      end = Promise.withResolvers();
      queue.push(...waiting.keys());
      waiting.clear();
      deliver();
    },
    waiting: () => [...waiting.values()],
    acknowledged: () => acknowledged,
    kills: () => killed,
    deliveries: () => delivered,
    close: async () => {
      isClosed = true;
      for (const worker of workers) worker.process.kill('SIGKILL');
      await Promise.all([...workers].map((worker) => worker.gone));
      closeSync(log);
    },
  };
}
