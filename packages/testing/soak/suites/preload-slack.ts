import { oncelySlack, type SlackConfig } from '@oncely/slack';

import { clientOf, replaceModule, scopeNodeTests, withExports } from './preloading.ts';

type Sdk = new (token?: string, options?: object) => never;

replaceModule(/\/WebClient$/, (exports) => {
  const real = exports['WebClient'] as Sdk;
  const wrapped: Sdk = new Proxy(real, {
    construct: (_target, [token, options]: [string?, object?], made) => {
      const build = (ours: SlackConfig): never =>
        Reflect.construct(real, [token, { ...options, ...ours }], made === wrapped ? real : made) as never;
      return clientOf(oncelySlack(build)) as object;
    },
  });
  return withExports(exports, { WebClient: wrapped });
});
scopeNodeTests();
