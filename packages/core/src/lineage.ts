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
const names = (
  'p-queue fastq fastparallel better-queue async queue promise-queue d3-queue neo-async ' +
  'p-limit p-throttle p-ratelimit promise-limit promise-throttle throat bottleneck limiter rate-limiter-flexible ' +
  'axios-rate-limit smart-request-balancer cockatiel rxjs ' +
  'async-mutex async-lock async-sema await-semaphore semaphore-async-await ' +
  'generic-pool tarn piscina tinypool workerpool promise-pool es6-promise-pool tiny-async-pool bullmq bull bee-queue ' +
  'dataloader batshit p-debounce perfect-debounce debounce-promise throttle-debounce ' +
  'lodash lodash-es lodash\\.debounce lodash\\.throttle es-toolkit'
).split(' ');
const queues = new RegExp(`[\\\\/]node_modules[\\\\/](?:@[^\\\\/]+[\\\\/])?(${names.join('|')})[\\\\/]`);

/** This file and its folder, by which our own frames are known, also where we are installed. */
const here = import.meta.url;
const ours = here.slice(0, here.lastIndexOf('/') + 1);

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
  /** Some installed package is among the callers, or nothing can be told: a framework may lead it from its event loop. */
  readonly led?: true;
}

/** Reads whether the code that runs here was called, or is awaited, by the frame's own. */
export function lineageOf(frame: object): Lineage {
  const mark = shared.marks.get(frame);
  let queue: string | undefined;
  let led = false;
  const all = sites();
  for (const [index, site] of all.entries()) {
    const name = site.getFunctionName();
    const file = site.getFileName() ?? '';
    led ||= isLeading(file, site);
    queue ??= queues.exec(file)?.[1];
    if (name === null) continue;
    // AsyncResource.bind and AsyncLocalStorage.snapshot: whoever uses them has said whose it is. Node itself runs each
    // task of queueMicrotask so, and what waits in a batch of somebody's is not bound by that.
    if (name.endsWith('runInAsyncScope')) {
      if (isMicrotask(all[index + 1])) break;
      return { kind: 'own' };
    }
    if (name.includes(prefix)) return { kind: name.endsWith(mark ?? prefix) ? 'own' : 'unknown', ...told(queue, led) };
  }
  return { kind: 'unknown', ...told(queue, led) };
}

function isMicrotask(caller: NodeJS.CallSite | undefined): boolean {
  return caller?.getFileName() === 'node:internal/process/task_queues';
}

function isLeading(file: string, site: NodeJS.CallSite): boolean {
  // In a bundle all files are one, so that nobody's frames can be told from a package's.
  if (file === here) return !site.getFunctionName()?.includes(prefix);
  return !file.startsWith(ours) && /[\\/]node_modules[\\/]/.test(file);
}

function told(queue: string | undefined, led: boolean): { readonly queue?: string; readonly led?: true } {
  return { ...(queue === undefined ? {} : { queue }), ...(led ? { led } : {}) };
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
