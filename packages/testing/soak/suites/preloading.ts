/**
 * What the preloads of the vendors' suites share: an Oncely around one client, the tests put into scopes, and modules
 * replaced as they are loaded. `ONCELY_SUITE` says how the suite is run.
 */
import Module from 'node:module';

import { createOncely, type Adapter } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

/** `unscoped`: no test knows of Oncely. `scoped`: each test runs in a scope of its own, as a handler would. */
const mode = process.env['ONCELY_SUITE'];

/** The client of an adapter under a ledger of its own. */
export function clientOf<Client>(adapter: Adapter<Client, 'one'>): Client {
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: { vendor: adapter },
    unscoped: 'observe',
    // A suite answers what its test needs and nothing more, so an effect in doubt is not long waited for.
    waitMs: 800,
    drainOnSigterm: false,
  });
  return oncely.clients.vendor;
}

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;

/** Replaces what a module exports, as the suite loads it. What the module's own imports see of it meanwhile stays. */
export function replaceModule(pattern: RegExp, replace: (exports: Record<string, unknown>) => unknown): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  const replaced = new Map<unknown, unknown>();
  let loading = false;
  loader._load = function (request, parent, isMain) {
    if (loading || !pattern.test(request)) return load.call(this, request, parent, isMain);
    loading = true;
    let exports: unknown;
    try {
      exports = load.call(this, request, parent, isMain);
    } finally {
      loading = false;
    }
    if (!replaced.has(exports)) replaced.set(exports, replace(exports as Record<string, unknown>));
    return replaced.get(exports);
  };
}

/** The same exports, with some of them others; loaders read a module's own properties. */
export function withExports(exports: Record<string, unknown>, others: Record<string, unknown>): object {
  const { getOwnPropertyDescriptors } = Object;
  const own = { ...getOwnPropertyDescriptors(exports), ...getOwnPropertyDescriptors(others) };
  return Object.create(exports, own) as object;
}

const scopes = createOncely({ ledger: memoryLedger(), drainOnSigterm: false });
let tests = 0;

/** Runs one test; in the mode `scoped` in a scope of its own. */
function inScope<T>(test: () => T): T {
  if (mode !== 'scoped') return test();
  tests += 1;
  return scopes.scope({ businessId: `suite_${tests}`, workflowId: 'vendor-suite' }, test);
}

/** The number of the test that runs; without scopes always 0. */
export function testNow(): number {
  return tests;
}

/** Runs one test that says by a call when it is over; its scope lasts until then. */
export function inScopeUntil(test: (over: () => void) => void): void {
  void inScope(() => new Promise<void>((resolve) => test(resolve)));
}

export type Register = (...args: unknown[]) => unknown;

/** What registers a test, with each test in a scope. Its body is given so many things before a callback, if it takes one. */
export function scoped(register: Register, given: number): Register {
  const inScopes = (...args: unknown[]): unknown => {
    const at = args.findIndex((each) => typeof each === 'function');
    const body = args[at] as ((...all: unknown[]) => unknown) | undefined;
    if (body === undefined) return register(...args);
    const withCallback = (first: readonly unknown[], done: (error?: unknown) => void): void =>
      inScopeUntil((over) => {
        body(...first, (error?: unknown) => {
          over();
          done(error);
        });
      });
    // A runner reads of the length of a body whether it takes a callback.
    const plain = (...all: unknown[]): unknown => inScope(() => body(...all));
    const called = [
      (done: never) => withCallback([], done),
      (context: unknown, done: never) => withCallback([context], done),
    ][given];
    return register(...args.toSpliced(at, 1, body.length > given ? called : plain));
  };
  return Object.assign(inScopes, register);
}

/** Puts each test of `node:test` into a scope. */
export function scopeNodeTests(): void {
  replaceModule(/^(node:)?test$/, (exports) => {
    const { it, test } = exports as Record<string, Register>;
    return withExports(exports, { it: scoped(it!, 1), test: scoped(test!, 1) });
  });
}
