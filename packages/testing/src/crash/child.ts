import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { reportDescriptor, type CrashAt, type Report, type ReportedError, type WorkerOrders } from './protocol.ts';

export interface ChildOptions {
  /** The module whose function is run. */
  readonly module: URL;
  /** The names under which it may be exported. */
  readonly exports: readonly string[];
  /** The function's argument, as JSON. */
  readonly argument?: unknown;
  /** Where the process ends or stops itself. */
  readonly at?: CrashAt;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Node's own arguments, such as `--import tsx`. */
  readonly execArgv?: readonly string[];
  /** When a child that has not ended is killed, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

/** A crash point that a process came to. */
export interface PointHit {
  readonly point: string;
  readonly slot: string;
}

export interface ChildEnd {
  /** `died`: it ended by itself without a word, by an uncaught error or an exit of its own. */
  readonly how: 'returned' | 'threw' | 'killed' | 'timed_out' | 'died';
  /** What the function returned, even where the process was killed right after. */
  readonly result?: unknown;
  readonly error?: ReportedError;
  /** All that it wrote to standard output and error. */
  readonly output: string;
}

/** A process that runs a function until it ends or is ended; `ended` settles only once it is reaped. */
export interface Child {
  /** The crash points so far, in order. */
  readonly points: readonly PointHit[];
  /** What the function acknowledged so far, in order. */
  readonly acknowledged: readonly unknown[];
  readonly ended: Promise<ChildEnd>;
  /** Resolves when the process comes to this point; rejects when it ends before. */
  reached(point: string): Promise<void>;
  /** Sends a signal; does nothing once the process has ended. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
}

const source = import.meta.url.endsWith('.ts');
const worker = fileURLToPath(new URL(source ? './worker.ts' : './worker.js', import.meta.url));
// Run from its sources, this package is developed beside core, whose sources are meant as well.
const ownArgv = source ? ['--conditions', '@oncely/source'] : [];

const alive = new Set<() => void>();

/** Starts a process of its own for one function. */
export function startChild(options: ChildOptions): Child {
  const orders: WorkerOrders = {
    module: String(options.module),
    exports: options.exports,
    argument: options.argument,
    ...(options.at === undefined ? {} : { at: options.at }),
  };
  const process_ = spawn(process.execPath, [...ownArgv, ...(options.execArgv ?? []), worker, JSON.stringify(orders)], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const kill = (): boolean => process_.kill('SIGKILL');
  if (alive.size === 0) process.on('exit', killAll);
  alive.add(kill);

  const points: PointHit[] = [];
  const acknowledged: unknown[] = [];
  const waiting = new Map<string, () => void>();
  let last: Report | undefined;
  let timedOut = false;
  let output = '';
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  // It may end before it has read its input.
  process_.stdin.on('error', () => undefined);
  const reports = createInterface({ input: process_.stdio[reportDescriptor] as Readable });
  reports.on('line', (line) => {
    const report = JSON.parse(line) as Report;
    switch (report.kind) {
      case 'point':
        points.push({ point: report.point, slot: report.slot });
        waiting.get(report.point)?.();
        return;
      case 'acknowledged':
        acknowledged.push(report.value);
        return;
      case 'returned':
      case 'threw':
        last = report;
    }
  });

  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeoutMs ?? 30_000);
  const drained = new Promise<void>((resolve) => reports.once('close', resolve));
  const closed = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    process_.once('error', reject);
    process_.once('close', (_code, signal) => resolve(signal));
  });
  const ended = (async (): Promise<ChildEnd> => {
    try {
      const signal = await closed;
      await drained;
      return endOf(signal, timedOut, last, output);
    } finally {
      clearTimeout(timer);
      alive.delete(kill);
      if (alive.size === 0) process.off('exit', killAll);
    }
  })();

  return {
    points,
    acknowledged,
    ended,
    reached: (point) => {
      if (points.some((hit) => hit.point === point)) return Promise.resolve();
      return Promise.race([
        new Promise<void>((resolve) => waiting.set(point, resolve)),
        ended.then((end) => {
          throw new Error(
            `the process ended (${end.how}) before it came to ${point}: ${end.error?.message ?? end.output}`,
          );
        }),
      ]);
    },
    signal: (signal) => void process_.kill(signal),
  };
}

function endOf(signal: NodeJS.Signals | null, timedOut: boolean, last: Report | undefined, output: string): ChildEnd {
  const result = last?.kind === 'returned' ? { result: last.value } : {};
  if (timedOut) return { how: 'timed_out', output, ...result };
  if (signal === 'SIGKILL') return { how: 'killed', output, ...result };
  if (last?.kind === 'returned') return { how: 'returned', output, ...result };
  if (last?.kind === 'threw') return { how: 'threw', output, error: last.error };
  return { how: 'died', output };
}

function killAll(): void {
  for (const kill of alive) kill();
}
