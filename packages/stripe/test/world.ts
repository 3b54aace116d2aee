import { createOncely, type Clock, type Codec, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake, type StripeFake, type StripeFakeOptions } from '@oncely/testing/fakes/stripe';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';

import { atEndOfFile } from '../../../scripts/at-end-of-file.ts';
import { addressOf, apiKey, scope } from './case.ts';

export { addressOf, apiKey, scope, slot } from './case.ts';

/** The runtime's time at a tenth of the speed: what a test bounds by it hardly depends on how busy the machine is. */
export const slowClock: Clock = {
  monotonic: () => performance.now() / 10,
  wall: () => Date.now() / 10,
  sleep: (ms, signal) => sleep(ms * 10, undefined, signal ? { signal } : {}).catch(() => undefined),
};

type Options = Omit<OncelyOptions<Record<never, never>>, 'clients' | 'ledger'> & {
  readonly apiKey?: string;
  readonly config?: Partial<Stripe.StripeConfig>;
  readonly landingBoundMs?: number;
  /** False where the subject is the key alone. */
  readonly looks?: boolean;
  readonly codec?: Codec;
};

export interface Process {
  readonly oncely: Oncely;
  readonly stripe: Stripe;
  /** One write, as the effect `write` of the one case. */
  readonly effect: <T>(fn: (stripe: Stripe) => Promise<T>) => Promise<T>;
}

/** A fake Stripe and a ledger, whose clocks go together and can be moved. */
export interface World {
  readonly fake: StripeFake;
  readonly ledger: Ledger;
  /** The SDK without us, for what is there before. */
  readonly raw: Stripe;
  readonly process: (options?: Options) => Process;
  readonly later: (ms: number) => void;
  /** The writes that arrived, by their keys. */
  readonly keys: () => readonly (string | undefined)[];
  /** Everything that the ledger holds, as one text. */
  readonly kept: () => Promise<string>;
}

export async function startWorld(options: StripeFakeOptions = {}): Promise<World> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const fake = await startStripeFake({ now, ...options });
  atEndOfFile(() => fake.close());
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const ledger = memoryLedger({ now });
  return {
    fake,
    ledger,
    raw: new Stripe(apiKey, addressOf(fake)),
    process: (settings) => startProcess(fake, ledger, settings),
    later: (ms) => {
      ahead += ms;
    },
    keys: () =>
      fake.requests.filter(({ method }) => method !== 'GET').map(({ headers }) => headers['idempotency-key'] as string),
    kept: async () => {
      const { rows } = await ledger.list({ limit: 1_000 });
      const histories = await Promise.all(rows.map((row) => ledger.history(row.slot)));
      return JSON.stringify([rows, histories]);
    },
  };
}

export function startProcess(fake: StripeFake, ledger: Ledger, options: Options = {}): Process {
  const { apiKey: key = apiKey, config, landingBoundMs = 40, looks = true, ...rest } = options;
  const oncely = createOncely({
    ledger,
    clients: {
      stripe: oncelyStripe((given) => new Stripe(key, { ...addressOf(fake), ...config, ...given }), {
        landingBoundMs,
        lookBeforeResend: looks,
      }),
    },
    leaseMs: 4_000,
    waitMs: 8_000,
    drainOnSigterm: false,
    ...rest,
  });
  const { stripe } = oncely.clients;
  return {
    oncely,
    stripe,
    effect: (fn) => oncely.scope(scope, () => oncely.effect('write', () => fn(stripe))),
  };
}
