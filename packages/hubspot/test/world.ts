import { Client } from '@hubspot/api-client';
import { createOncely, type Codec, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyHubspot, type HubSpotOptions } from '@oncely/hubspot';
import { startHubSpotFake, type HubSpotFake, type HubSpotFakeOptions } from '@oncely/testing/fakes/hubspot';

import { atEndOfFile } from '../../../scripts/at-end-of-file.ts';

export const accessToken = 'pat-na1-RecognisableSecretOfOurs';
export const scope = { businessId: 'case_1', workflowId: 'test' } as const;
export const slot = 'case_1:test:write';

type ClientConfig = NonNullable<ConstructorParameters<typeof Client>[0]>;

type Options = Omit<OncelyOptions<Record<never, never>>, 'clients' | 'ledger'> &
  Omit<HubSpotOptions<'one'>, 'accounts'> & {
    readonly accessToken?: string;
    readonly config?: ClientConfig;
    readonly codec?: Codec;
  };

export interface Process {
  readonly oncely: Oncely;
  readonly hubspot: Client;
  /** One write, as the effect `write` of the one case. */
  readonly effect: <T>(fn: (hubspot: Client) => Promise<T>) => Promise<T>;
}

/** A fake HubSpot and a ledger, whose clocks go together and can be moved. */
export interface World {
  readonly fake: HubSpotFake;
  readonly ledger: Ledger;
  /** The SDK without us, for what is there before. */
  readonly raw: Client;
  readonly process: (options?: Options) => Process;
  readonly later: (ms: number) => void;
  /** The writes that arrived, as `POST /path`. */
  readonly sent: () => readonly string[];
  /** Everything that the ledger holds, as one text. */
  readonly kept: () => Promise<string>;
}

export const marked = ['contacts', 'companies', 'deals', 'tickets', 'notes'] as const;

export async function startWorld({
  bare = false,
  ...options
}: HubSpotFakeOptions & { readonly bare?: boolean } = {}): Promise<World> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const fake = await startHubSpotFake({ now, ...options });
  atEndOfFile(() => fake.close());
  if (!bare) for (const type of marked) fake.seedProperty(type, 'oncely_key');
  const ledger = memoryLedger({ now });
  return {
    fake,
    ledger,
    raw: new Client({ accessToken, basePath: fake.url }),
    process: (settings) => startProcess(fake, ledger, settings),
    later: (ms) => {
      ahead += ms;
    },
    sent: () =>
      fake.requests.filter(({ method, path }) => isWrite(method, path)).map(({ method, path }) => `${method} ${path}`),
    kept: async () => {
      const { rows } = await ledger.list({ limit: 1_000 });
      const histories = await Promise.all(rows.map((row) => ledger.history(row.slot)));
      return JSON.stringify([rows, histories]);
    },
  };
}

function isWrite(method: string, path: string): boolean {
  return method !== 'GET' && !/\/(search|batch\/read)$/.test(path);
}

export function startProcess(fake: HubSpotFake, ledger: Ledger, options: Options = {}): Process {
  const { accessToken: token = accessToken, config, landingBoundMs = 40, ...rest } = options;
  const { property, missingProperty, readBefore, ...settings } = rest;
  const oncely = createOncely({
    ledger,
    clients: {
      hubspot: oncelyHubspot((given) => new Client({ accessToken: token, basePath: fake.url, ...config, ...given }), {
        landingBoundMs,
        ...(property === undefined ? {} : { property }),
        ...(missingProperty === undefined ? {} : { missingProperty }),
        ...(readBefore === undefined ? {} : { readBefore }),
      }),
    },
    leaseMs: 4_000,
    waitMs: 8_000,
    drainOnSigterm: false,
    ...settings,
  });
  const { hubspot } = oncely.clients;
  return {
    oncely,
    hubspot,
    effect: (fn) => oncely.scope(scope, () => oncely.effect('write', () => fn(hubspot))),
  };
}
