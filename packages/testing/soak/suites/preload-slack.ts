import { oncelySlack, type SlackConfig } from '@oncely/slack';

import { clientOf, replaceModule, scopeNodeTests } from './preloading.ts';

type Sdk = new (token?: string, options?: object) => never;

replaceModule(/\/WebClient$/, (exports) => {
  const real = exports['WebClient'] as Sdk;
  const wrapped = new Proxy(real, {
    construct: (_target, [token, options]: [string?, object?]) =>
      clientOf(oncelySlack((ours: SlackConfig) => new real(token, { ...options, ...ours }))) as object,
  });
  return Object.assign(Object.create(exports) as object, { WebClient: wrapped });
});
scopeNodeTests();
