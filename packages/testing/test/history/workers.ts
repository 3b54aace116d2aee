import { fileURLToPath } from 'node:url';

import { startChild, type Child } from '../../src/crash/child.ts';
import type { Codes, HammerOrders } from './agents/hammer-agent.ts';

/** A number of processes, each replaced by a new one when it is killed. */
export interface Workers {
  counts(): { readonly kills: number; readonly stops: number };
  killOne(random: () => number): void;
  /** Stops one that runs, and lets it go on after this time. */
  freezeOne(random: () => number, ms: number): void;
  /** Lets all go on, and gives what they ended with once they have been told to end. */
  ended(): Promise<Codes>;
  kill(): Promise<void>;
}

interface Worker {
  readonly number: number;
  readonly child: Child;
  frozen?: NodeJS.Timeout;
}

const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../../node_modules/.cache/node', import.meta.url)) };

export function createWorkers(count: number, ordersFor: (name: string) => HammerOrders): Workers {
  let kills = 0;
  let stops = 0;
  let serial = 0;
  const start = (number: number): Worker => {
    const child = startChild({
      module: new URL('./agents/hammer-agent.ts', import.meta.url),
      exports: ['agent'],
      argument: ordersFor(`worker${number}-${(serial += 1)}`),
      env,
      timeoutMs: 600_000,
    });
    return { number, child };
  };
  const workers = Array.from({ length: count }, (_, number) => start(number));
  const any = (random: () => number): Worker => workers[Math.floor(random() * workers.length)] as Worker;
  const thaw = (worker: Worker): void => {
    clearTimeout(worker.frozen);
    delete worker.frozen;
    worker.child.signal('SIGCONT');
  };

  return {
    counts: () => ({ kills, stops }),
    killOne: (random) => {
      const worker = any(random);
      // One that never came to anything would be killed for nothing.
      if (worker.child.points.length < 3) return;
      kills += 1;
      clearTimeout(worker.frozen);
      worker.child.signal('SIGKILL');
      workers[worker.number] = start(worker.number);
    },
    freezeOne: (random, ms) => {
      const worker = any(random);
      if (worker.frozen || worker.child.points.length === 0) return;
      stops += 1;
      worker.child.signal('SIGSTOP');
      worker.frozen = setTimeout(() => thaw(worker), ms);
    },
    ended: async () => {
      for (const worker of workers) thaw(worker);
      const codes: Codes = {};
      for (const { child } of workers) {
        const end = await child.ended;
        if (end.how !== 'returned') throw new Error(`a worker ended (${end.how}): ${end.error?.message ?? end.output}`);
        for (const [code, times] of Object.entries(end.result as Codes) as [keyof Codes, number][]) {
          codes[code] = (codes[code] ?? 0) + times;
        }
      }
      return codes;
    },
    kill: async () => {
      for (const { child, frozen } of workers) {
        clearTimeout(frozen);
        child.signal('SIGKILL');
      }
      await Promise.all(workers.map(({ child }) => child.ended));
    },
  };
}
