import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { reportDescriptor, type CrashAt, type Report, type ReportedError, type WorkerOrders } from './protocol.ts';

export interface WorkerOptions {
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Node's own arguments, such as `--import tsx`. */
  readonly execArgv?: readonly string[];
}

export interface ChildOptions extends WorkerOptions {
  /** The module whose function is run. */
  readonly module: URL;
  /** The names under which it may be exported. */
  readonly exports: readonly string[];
  /** The function's argument, as JSON. */
  readonly argument?: unknown;
  /** Where the process ends or stops itself. */
  readonly at?: CrashAt;
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

/** A process that runs a function until it ends or is ended; `ended` settles only once a process that ends is reaped. */
export interface Child {
  /** The crash points so far, in order. */
  readonly points: readonly PointHit[];
  /** What the function acknowledged so far, in order. */
  readonly acknowledged: readonly unknown[];
  readonly ended: Promise<ChildEnd>;
  /** Resolves when the process comes to this point; rejects when it ends before. */
  reached(point: string): Promise<void>;
  /** Sends a signal; does nothing once the function has ended. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
}

/** A process that runs any number of functions. */
export interface Worker {
  /** Runs a function. Crash points and what is printed are told of all that run at the time. */
  run(orders: Omit<WorkerOrders, 'id'>, timeoutMs?: number): Child;
  /** Ends the process. */
  dismiss(): Promise<void>;
}

const source = import.meta.url.endsWith('.ts');
const worker = fileURLToPath(new URL(source ? './worker.ts' : './worker.js', import.meta.url));
// Run from its sources, this package is developed beside core, whose sources are meant as well.
const ownArgv = source ? ['--conditions', '@oncely/source'] : [];

const alive = new Set<() => void>();

/** Starts a process of its own for one function. */
export function startChild(options: ChildOptions): Child {
  const { module, exports, argument, at, timeoutMs, ...own } = options;
  const orders = { module: String(module), exports, argument, last: true, ...(at === undefined ? {} : { at }) };
  return startWorker(own).run(orders, timeoutMs);
}

/** Starts a process that runs functions until one is its last or the death of it. */
export function startWorker(options: WorkerOptions): Worker {
  const process_ = spawn(process.execPath, [...ownArgv, ...(options.execArgv ?? []), worker], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const kill = (): boolean => process_.kill('SIGKILL');
  if (alive.size === 0) process.on('exit', killAll);
  alive.add(kill);

  const runs = new Map<number, Run>();
  let id = 0;
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const run of runs.values()) run.output += text;
    });
  }
  // It may end before it has read its input.
  process_.stdin.on('error', () => undefined);
  const reports = createInterface({ input: process_.stdio[reportDescriptor] as Readable });
  reports.on('line', (line) => {
    const report = JSON.parse(line) as Report;
    for (const [of, run] of runs) if (report.kind === 'point' || report.id === of) take(run, report);
  });
  const drained = new Promise<void>((resolve) => reports.once('close', resolve));
  const closed = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    process_.once('error', reject);
    process_.once('close', (_code, signal) => resolve(signal));
  });
  const reaped = (async (): Promise<NodeJS.Signals | null> => {
    try {
      const signal = await closed;
      await drained;
      return signal;
    } finally {
      alive.delete(kill);
      if (alive.size === 0) process.off('exit', killAll);
    }
  })();
  reaped.catch(() => undefined);

  return {
    run(orders, timeoutMs = 30_000) {
      const over = Promise.withResolvers<null>();
      const run: Run = { points: [], acknowledged: [], waiting: new Map(), output: '', timedOut: false };
      // What a function printed was written before its last report, so it is read in the same turn.
      if (orders.last !== true) run.over = () => setImmediate(() => over.resolve(null));
      const own = (id += 1);
      runs.set(own, run);
      process_.stdin.write(`${JSON.stringify({ ...orders, id: own })}\n`);
      const timer = setTimeout(() => {
        run.timedOut = true;
        kill();
      }, timeoutMs);
      const ended = (async (): Promise<ChildEnd> => {
        try {
          return endOf(await Promise.race([reaped, over.promise]), run);
        } finally {
          runs.delete(own);
          clearTimeout(timer);
        }
      })();
      return {
        points: run.points,
        acknowledged: run.acknowledged,
        ended,
        reached: (point) => reached(point, run, ended),
        signal: (signal) => {
          if (runs.has(own)) process_.kill(signal);
        },
      };
    },
    async dismiss() {
      process_.stdin.end();
      await reaped;
    },
  };
}

/** What is known of a function under way. */
interface Run {
  readonly points: PointHit[];
  readonly acknowledged: unknown[];
  readonly waiting: Map<string, () => void>;
  last?: Report;
  output: string;
  timedOut: boolean;
  /** Called once it has returned or thrown, where the process lives on. */
  over?: () => void;
}

function take(run: Run, report: Report): void {
  switch (report.kind) {
    case 'point':
      run.points.push({ point: report.point, slot: report.slot });
      run.waiting.get(report.point)?.();
      return;
    case 'acknowledged':
      run.acknowledged.push(report.value);
      return;
    case 'returned':
    case 'threw':
      run.last = report;
      run.over?.();
  }
}

function reached(point: string, run: Run, ended: Promise<ChildEnd>): Promise<void> {
  if (run.points.some((hit) => hit.point === point)) return Promise.resolve();
  return Promise.race([
    new Promise<void>((resolve) => run.waiting.set(point, resolve)),
    ended.then((end) => {
      throw new Error(`the process ended (${end.how}) before it came to ${point}: ${end.error?.message ?? end.output}`);
    }),
  ]);
}

function endOf(signal: NodeJS.Signals | null, { timedOut, last, output }: Run): ChildEnd {
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
