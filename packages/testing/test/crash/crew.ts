/** Processes that have loaded their modules before their work begins, so that its times are not those of a start. */
import { atEndOfFile } from '../../../../scripts/at-end-of-file.ts';
import { startWorker, type Child, type Worker } from '../../src/crash/child.ts';
import type { CrashAt } from '../../src/crash/protocol.ts';

/** What takes longer hangs, however busy the machine. */
const longestMs = 120_000;

/** How many start at once; more would only take each other's time, and that of the ones at work. */
const startsAtOnce = 2;

export interface Work {
  /** The module that holds the function, beside this file; its function `load` loads what the work needs. */
  readonly module: string;
  readonly name: string;
  readonly argument: object & { readonly adapter?: string };
}

const shared = new Map<string, Promise<Worker>>();
const waiting: (() => void)[] = [];
let starts = 0;

/** Runs a function in a process of its own, which may be killed or stopped, and ends with it. */
export async function startAlone(work: Work, at?: CrashAt): Promise<Child> {
  const worker = await loaded(work);
  return worker.run({ ...ordersOf(work), last: true, ...(at === undefined ? {} : { at }) }, longestMs);
}

/**
 * Runs functions at once, each in a process that is there for all functions of its name: never the one that died or is
 * frozen. Only what the modules themselves keep is shared; crash-test.test.ts starts a process each time.
 */
export async function startBeside<const W extends readonly Work[]>(...works: W): Promise<{ [Each in keyof W]: Child }> {
  const workers = await Promise.all(
    works.map((work) => {
      const kind = `${work.module} ${work.name} ${work.argument.adapter}`;
      return shared.get(kind) ?? share(kind, work);
    }),
  );
  return works.map((work, index) => (workers[index] as Worker).run(ordersOf(work), longestMs)) as {
    [Each in keyof W]: Child;
  };
}

/** One worker for all of a kind, until the end of the file. */
function share(kind: string, work: Work): Promise<Worker> {
  const worker = loaded(work);
  shared.set(kind, worker);
  atEndOfFile(async () => {
    shared.delete(kind);
    await (await worker).dismiss();
  });
  return worker;
}

function ordersOf({ module, name, argument }: Work): { module: string; exports: string[]; argument: object } {
  return { module: String(new URL(module, import.meta.url)), exports: [name], argument };
}

async function loaded(work: Work): Promise<Worker> {
  if (starts === startsAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else starts += 1;
  try {
    const worker = startWorker({});
    const { how, error, output } = await worker.run(ordersOf({ ...work, name: 'load' }), longestMs).ended;
    if (how !== 'returned') throw new Error(`a process did not start (${how}): ${error?.message ?? output}`);
    return worker;
  } finally {
    const next = waiting.shift();
    if (next) next();
    else starts -= 1;
  }
}
