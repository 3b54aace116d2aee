import { setTimeout as pause } from 'node:timers/promises';
import type { Agent } from 'node:http';

import { defineAdapter, type Adapter } from '@oncely/core';
import { createCalls, mustBuild, refuseUnknown, type NamesOf } from '@oncely/core/adapter';

import { bindApiCalls } from './api-calls.ts';
import { requestEditor } from './editor.ts';
import { planCompensation } from './compensate.ts';
import { ownFetch, usersFetch, type Desk, type Settings } from './intercept.ts';
import { lineBy } from './lines.ts';
import type { SlackLike } from './looking.ts';
import { operationNames } from './methods.ts';
import { createOutcomes, ownOf } from './outcomes.ts';
import { createOwnTokens } from './own-tokens.ts';
import { lookAgain, probe, restore } from './probe.ts';
import { answerThrough, resend } from './send.ts';
import { sayWrite } from './saying.ts';
import { storedParameters } from './stored-parameters.ts';
import { createStreams } from './streams.ts';
import { createUploads } from './uploads.ts';
import { fetchOf, mustCarry, timeoutOf } from './wiring.ts';

/**
 * Configuration for `new WebClient(token, config)`: the public hook for HTTP. For the client that looks up and resends by
 * itself it also turns off the SDK's retries, waiting and queue; on yours they stay as you set them, for reads.
 */
export interface SlackConfig {
  readonly fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly retryConfig?: { readonly retries: 0 };
  readonly rejectRateLimitedCalls?: true;
  readonly maxRequestConcurrency?: number;
}

export interface SlackOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.slack` is a function of it. */
  readonly accounts?: Accounts;
  /** The longest that a request on its way may still become visible in the history, in milliseconds. Default 10,000. */
  readonly landingBoundMs?: number;
  /** How long one write may take, in milliseconds. Default: the SDK's own `timeout`; 0 is no limit but that of the lease. */
  readonly timeoutMs?: number;
  /** By which everything goes out, for a proxy or other TLS settings. */
  readonly httpAgent?: Agent;
  /** How a look-up, or the bytes of an upload, wait before they are repeated. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Puts a Slack client under the ledger: every write of it happens once per effect, every read passes. A write in doubt
 * is looked up as far as Slack shows it: a message in the channel's history, by a marker in its metadata. What cannot
 * be looked up stops for a person.
 *
 * @example
 * const slack = oncelySlack((config) => new WebClient(process.env.SLACK_TOKEN, config));
 */
export function oncelySlack<Client extends SlackLike>(
  build: (config: SlackConfig) => Client,
  options?: SlackOptions<'one'>,
): Adapter<Client, 'one'>;
export function oncelySlack<Client extends SlackLike>(
  build: (config: SlackConfig, account: string) => Client,
  options: SlackOptions<'many'> & { readonly accounts: 'many' },
): Adapter<Client, 'many'>;
export function oncelySlack<Client extends SlackLike>(
  build: (config: SlackConfig, account: string) => Client,
  options: SlackOptions = {},
): Adapter<Client> {
  mustBuild(build, 'oncelySlack', '(config) => new WebClient(token, config)');
  refuseUnknown('oncelySlack', options, known, { code: 'invalid_config' });
  const { httpAgent, timeoutMs } = options;
  const sleep = options.sleep ?? ((ms: number) => pause(ms));
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'slack',
    operations: { names: operationNames },
    say: sayWrite,
    editor: requestEditor,
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const desk: Desk = {
        passages: new Map(),
        tokens: createOwnTokens((method, given) => own.apiCall(method, given)),
        uploads: createUploads(
          () => settings,
          (given) => own.apiCall('files.getUploadURLExternal', given) as Promise<object>,
        ),
        streams: createStreams(),
        outcomes: createOutcomes(),
        calls: createCalls(),
      };
      const fetch = usersFetch(
        runtime,
        desk,
        () => settings,
        (response) => answerThrough(own, desk, response),
      );
      const client = build({ fetch }, account);
      mustCarry(client, fetch);
      // What we ask by ourselves is no call of the user's: it is not queued behind theirs, and not repeated by the SDK.
      const own = build(
        {
          fetch: ownFetch(desk, () => settings),
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
          maxRequestConcurrency: Infinity,
        },
        account,
      );
      // Built without our fetch, it says which one is the user's; it sends nothing.
      const users = fetchOf(build({} as SlackConfig, account));
      const settings: Settings = {
        landingBoundMs: options.landingBoundMs ?? 10_000,
        timeoutMs: timeoutMs ?? timeoutOf(client),
        httpAgent,
        ownFetch: users,
        fetch: lineBy(httpAgent) ?? users ?? ((url, init) => globalThis.fetch(url, init)),
        sleep,
      };
      bindApiCalls(client, desk.calls, runtime.reads !== undefined);
      desk.uploads.defer(client, desk.calls);
      const known = { tokens: desk.tokens, isAnothers: desk.outcomes.isAnothers };
      return {
        client,
        parametersOf: storedParameters,
        resend: (target, permit) => resend(own, desk, target, permit),
        probe: async (target) => ownOf(await probe(own, target, known), target, desk.outcomes),
        lookAgain: (target) => lookAgain(own, target, known),
        restore: (target) => restore(own, target, known),
        compensate: (target) => planCompensation(own, client, target),
      };
    },
  });
}

const known: NamesOf<SlackOptions> = {
  accounts: true,
  landingBoundMs: true,
  timeoutMs: true,
  httpAgent: true,
  sleep: true,
};
