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
    waitMs: 500,
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

/** Runs one test that says by a call when it is over; its scope lasts until then. */
export function inScopeUntil(test: (over: () => void) => void): void {
  void inScope(() => new Promise<void>((resolve) => test(resolve)));
}

/** Puts each test of `node:test` into a scope. */
export function scopeNodeTests(): void {
  replaceModule(/^(node:)?test$/, (exports) => {
    const scoped = (register: (...args: unknown[]) => unknown) =>
      Object.assign((...args: unknown[]) => {
        const at = args.findIndex((each) => typeof each === 'function');
        const body = args[at] as ((...given: unknown[]) => unknown) | undefined;
        if (body === undefined) return register(...args);
        const inner =
          body.length > 1
            ? (context: unknown, done: (error?: unknown) => void) =>
                inScopeUntil((over) => {
                  body(context, (error?: unknown) => {
                    over();
                    done(error);
                  });
                })
            : (context: unknown) => inScope(() => body(context));
        return register(...args.toSpliced(at, 1, inner));
      }, register);
    const { it, test } = exports as Record<string, (...args: unknown[]) => unknown>;
    return withExports(exports, { it: scoped(it!), test: scoped(test!) });
  });
}
