// Whose code a call belongs to is taken from two independent sources: the asynchronous context (scope.ts), which a
// queue hands from one task to the next, and the chain of callers and awaiting functions, which it cannot. The chain is
// read from the stack of V8, where each frame of ours has left a function with a name of its own.

const prefix = 'oncely·';

interface Shared {
  next: number;
  readonly marks: WeakMap<object, string>;
}

// On a registered symbol, so that two copies of this package give no mark twice.
const key = Symbol.for('@oncely/core/lineage');
const holder = globalThis as unknown as Record<symbol, Shared | undefined>;
const shared: Shared = (holder[key] ??= { next: 1, marks: new WeakMap() });

/** Queues that start a waiting task in the context of another one, by the folder that they are installed in. */
const queues = /[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?(p-queue|bottleneck|dataloader|fastq|better-queue)[\\/]/;

const depth = 200;

/** Runs `fn` so that what it calls, and what awaits it, can be told by `lineageOf`. */
export function inLineage<T>(frame: object, fn: () => T): T {
  let mark = shared.marks.get(frame);
  if (mark === undefined) {
    mark = `${prefix}${shared.next}`;
    shared.next += 1;
    shared.marks.set(frame, mark);
  }
  const named = { [mark]: (): T => fn() };
  const result = (named[mark] as () => T)();
  if (!(result instanceof Promise) || Object.getPrototypeOf(result) !== Promise.prototype) return result;
  const awaited = { [mark]: async (): Promise<unknown> => await (result as Promise<unknown>) };
  return (awaited[mark] as () => unknown)() as T;
}

/** What the callers of the code that runs here say. */
export interface Lineage {
  /** `own`: the frame's own code, or a function that was bound to it; `unknown`: it was started by something else. */
  readonly kind: 'own' | 'unknown';
  /** The queue that started it, where it is a known one. */
  readonly queue?: string;
}

/** Reads whether the code that runs here was called, or is awaited, by the frame's own. */
export function lineageOf(frame: object): Lineage {
  const mark = shared.marks.get(frame);
  let queue: string | undefined;
  for (const site of sites()) {
    const name = site.getFunctionName();
    if (name === null) continue;
    // AsyncResource.bind and AsyncLocalStorage.snapshot: whoever uses them has said whose it is.
    if (name.endsWith('runInAsyncScope')) return { kind: 'own' };
    if (name.includes(prefix)) return { kind: name.endsWith(mark ?? prefix) ? 'own' : 'unknown', ...named(queue) };
    queue ??= queues.exec(site.getFileName() ?? '')?.[1];
  }
  return { kind: 'unknown', ...named(queue) };
}

function named(queue: string | undefined): { readonly queue?: string } {
  return queue === undefined ? {} : { queue };
}

function sites(): readonly NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holds: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = depth;
    Error.prepareStackTrace = (_error, all) => all;
    Error.captureStackTrace(holds, lineageOf);
    return Array.isArray(holds.stack) ? (holds.stack as NodeJS.CallSite[]) : [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // Absent is not the same as undefined for who reads it.
    if (prepare === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    else Object.defineProperty(Error, 'prepareStackTrace', prepare);
  }
}
