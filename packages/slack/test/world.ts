import { createOncely, type Clock, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelySlack, type SlackOptions } from '@oncely/slack';
import { startSlackFake, type SlackEffect, type SlackFake, type SlackFakeOptions } from '@oncely/testing/fakes/slack';
import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import { setTimeout as sleep } from 'node:timers/promises';

import { atEndOfFile } from '../../../scripts/at-end-of-file.ts';

export const token = 'xoxb-RecognisableSecretOfOurs';
export const scope = { businessId: 'case_1', workflowId: 'test' } as const;
export const slot = 'case_1:test:write';

/** The runtime's time at a tenth of the speed: what a test bounds by it hardly depends on how busy the machine is. */
export const slowClock: Clock = {
  monotonic: () => performance.now() / 10,
  wall: () => Date.now() / 10,
  sleep: (ms, signal) => sleep(ms * 10, undefined, signal ? { signal } : {}).catch(() => undefined),
};

type Options = Omit<OncelyOptions<Record<never, never>>, 'clients' | 'ledger' | 'token'> &
  Pick<SlackOptions, 'landingBoundMs' | 'timeoutMs'> & {
    readonly token?: string;
    readonly config?: Partial<WebClientOptions>;
  };

export interface Process {
  readonly oncely: Oncely;
  readonly slack: WebClient;
  /** One write, as the effect `write` of the one case. */
  readonly effect: <T>(fn: (slack: WebClient) => Promise<T>) => Promise<T>;
}

/** A fake Slack and a ledger, whose clocks go together and can be moved. */
export interface World {
  readonly fake: SlackFake;
  readonly ledger: Ledger;
  /** The SDK by itself. */
  readonly raw: WebClient;
  readonly process: (options?: Options) => Process;
  readonly later: (ms: number) => void;
  /** The posts that happened. */
  readonly posts: () => readonly SlackEffect[];
  /** How often a method was called, or when. */
  readonly calls: (method: string) => readonly number[];
  /** Everything that the ledger holds, as one text. */
  readonly kept: () => Promise<string>;
}

export async function startWorld(options: SlackFakeOptions = {}): Promise<World> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const fake = await startSlackFake({ now, ...options });
  atEndOfFile(() => fake.close());
  const ledger = memoryLedger({ now });
  return {
    fake,
    ledger,
    raw: rawClient(fake),
    process: (settings) => startProcess(fake, ledger, settings),
    later: (ms) => {
      ahead += ms;
    },
    posts: () => fake.effects('chat.postMessage'),
    calls: (method) => fake.requests.filter(({ path }) => path === `/api/${method}`).map(({ at }) => at),
    kept: async () => {
      const { rows } = await ledger.list({ limit: 1_000 });
      const histories = await Promise.all(rows.map((row) => ledger.history(row.slot)));
      return JSON.stringify([rows, histories]);
    },
  };
}

/** How the SDK reaches the fake, without a word in the log. */
export function addressOf(fake: SlackFake): WebClientOptions {
  return { slackApiUrl: fake.apiUrl, logLevel: LogLevel.ERROR };
}

/** What makes the SDK send a call once. */
const once = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true } as const;

/** The SDK by itself, which sends once. */
export function rawClient(fake: SlackFake, given: string = token): WebClient {
  return new WebClient(given, { ...addressOf(fake), ...once });
}

export function startProcess(fake: SlackFake, ledger: Ledger, options: Options = {}): Process {
  const { token: given = token, config, landingBoundMs = 40, timeoutMs = 30_000, ...rest } = options;
  const oncely = createOncely({
    ledger,
    clients: {
      slack: oncelySlack((ours) => new WebClient(given, { ...addressOf(fake), ...once, ...config, ...ours }), {
        landingBoundMs,
        timeoutMs,
      }),
    },
    leaseMs: 4_000,
    waitMs: 8_000,
    drainOnSigterm: false,
    ...rest,
  });
  const { slack } = oncely.clients;
  return {
    oncely,
    slack,
    effect: (fn) => oncely.scope(scope, () => oncely.effect('write', () => fn(slack))),
  };
}
