import { oncelyStripe, type StripeConfig, type StripeOptions } from '@oncely/stripe';

import { clientOf, inScopeUntil, replaceModule } from './preloading.ts';

type Sdk = { new (key: string, config?: object): never; prototype: object };

replaceModule(/\/stripe\.cjs\.node(\.js)?$/, (exports) => {
  const real = exports as unknown as Sdk;
  const build = (key: string, config: object | undefined): object => {
    // What the SDK refuses by itself stays its own error.
    if (config !== undefined && (typeof config !== 'object' || config === null || Array.isArray(config)))
      return new real(key, config);
    const { httpClient } = (config ?? {}) as Pick<StripeOptions, 'httpClient'>;
    const options = httpClient === undefined ? {} : { httpClient };
    return clientOf(oncelyStripe((ours: StripeConfig) => new real(key, { ...config, ...ours }), options)) as object;
  };
  return new Proxy(real, {
    construct: (_target, [key, config]: [string, object?]) => build(key, config),
    apply: (_target, _this, [key, config]: [string, object?]) => build(key, config),
  });
});

interface Runnable {
  type?: string;
}

replaceModule(/runnable(\.js)?$/, (exports) => {
  const prototype = exports['prototype'] as { run: (this: Runnable, done: (error?: unknown) => void) => void };
  const run = prototype.run;
  prototype.run = function (done) {
    if (this.type !== 'test') return run.call(this, done);
    inScopeUntil((over) =>
      run.call(this, (error) => {
        over();
        done(error);
      }),
    );
  };
  return exports;
});
