import type { StripeConfig } from '@oncely/stripe';
import type { StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

import { apiKey } from '../case.ts';

/** Clients of the real SDK that serve one schedule after the other: making them costs more than a schedule. */
export interface Sdk {
  /** Without us, for what is there before. */
  readonly raw: Stripe;
  /** From now on all requests go to this fake. */
  readonly pointAt: (fake: StripeFake) => void;
  /** The builder of a new process: the same client, whose requests are this process's from now on. */
  readonly build: (config: StripeConfig) => Stripe;
}

type Transport = StripeConfig['httpClient'];

export function createSdk(): Sdk {
  let address: readonly [string, string] = ['', ''];
  let current: Transport | undefined;
  const direct = Stripe.createNodeHttpClient() as unknown as Transport;
  const clientOver = (transport: () => Transport): Stripe =>
    new Stripe(apiKey, {
      httpClient: {
        getClientName: () => 'schedules',
        makeRequest: (_host: string, _port: string, ...rest: Rest) => transport().makeRequest(...address, ...rest),
      } as unknown as Stripe.HttpClient,
      protocol: 'http',
      telemetry: false,
      maxNetworkRetries: 0,
    });
  const stripe = clientOver(() => current ?? direct);
  return {
    raw: clientOver(() => direct),
    pointAt: ({ host, port }) => {
      address = [host, String(port)];
    },
    build: ({ httpClient }) => {
      current = httpClient;
      return stripe;
    },
  };
}

type Rest = Parameters<Transport['makeRequest']> extends [string, string, ...infer Others] ? Others : never;
