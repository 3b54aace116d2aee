import { oncelyHubspot, type HubSpotConfig } from '@oncely/hubspot';

import { clientOf, replaceModule, scoped, withExports, type Register } from './preloading.ts';

type Sdk = new (config?: object) => never;

replaceModule(/\/index$/, (exports) => {
  const real = exports['Client'] as Sdk | undefined;
  // The generated code beside the SDK's own entry has an index a folder too.
  if (real === undefined) return exports;
  const wrapped = new Proxy(real, {
    construct: (_target, [config]: [object?]) =>
      clientOf(oncelyHubspot((ours: HubSpotConfig) => new real({ ...config, ...ours }))) as object,
  });
  return withExports(exports, { Client: wrapped });
});

replaceModule(/^jasmine-core$/, (exports) => {
  const boot = exports['boot'] as (...args: unknown[]) => unknown;
  return withExports(exports, {
    boot: (...args: unknown[]) => {
      const booted = boot(...args);
      const globals = globalThis as unknown as { it: Register };
      globals.it = scoped(globals.it, 0);
      return booted;
    },
  });
});
