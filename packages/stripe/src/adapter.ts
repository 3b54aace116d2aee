import { AsyncLocalStorage } from 'node:async_hooks';
import type { Agent } from 'node:http';

import {
  defineAdapter,
  type Adapter,
  type AdapterRuntime,
  type Permit,
  type Target,
  type VendorWrite,
  type Verdict,
} from '@oncely/core';
import { exchange } from '@oncely/core/transport';

import { classify } from './classify.ts';
import { planCompensation } from './compensate.ts';
import { createCredentials, type Authorized, type Credentials } from './credentials.ts';
import { isWrite, operationOf } from './operations.ts';
import { probe, restore } from './probe.ts';
import type { StripeLike } from './reader.ts';
import { passRead, type ReadResponse } from './reads.ts';
import {
  bodyOf,
  headerOf,
  ownKeyOf,
  parametersOf,
  prepareRequest,
  readRequest,
  rekeyRequest,
  type SdkCall,
  type SdkHeaders,
} from './request.ts';
import { fail, respond, SendFailed, type SdkResponse } from './response.ts';

/** Configuration for `new Stripe(key, config)`: the public hook for HTTP, and the SDK's own retries off. */
export interface StripeConfig {
  readonly httpClient: {
    getClientName(): string;
    makeRequest(
      host: string,
      port: string,
      path: string,
      method: string,
      headers: SdkHeaders,
      requestData: string,
      protocol: string,
      timeout: number,
    ): Promise<SdkResponse | ReadResponse>;
  };
  readonly maxNetworkRetries: 0;
}

export interface StripeOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.stripe` is a function of it. */
  readonly accounts?: Accounts;
  /** The longest that a request on its way may still take effect at Stripe, in milliseconds. Default 60,000. */
  readonly landingBoundMs?: number;
  /** The agent for every connection, in place of the SDK's own `httpAgent`: for a proxy, TLS settings, keep-alive. */
  readonly httpAgent?: Agent;
}

/** What is the same for all calls of an adapter. */
interface Setting {
  readonly landingBoundMs: number;
  readonly agent: { readonly agent?: Agent };
}

/** What is to become of a call that we make through the user's client: only its credentials are wanted. */
type Passage =
  | {
      readonly kind: 'resend';
      readonly request: string;
      readonly permit: Permit;
      readonly report: (verdict: Verdict) => void;
    }
  | { readonly kind: 'peek'; readonly report: (authorization: string | undefined) => void };

/**
 * Puts a Stripe client under the ledger: every POST and DELETE of it happens once per effect, every GET passes.
 * Inside 23 hours (v2: 29 days) a write in doubt is resent with the same key and bytes; later it is looked up. The
 * builder is called twice for an account: for your client, and for one that looks up and resends by itself.
 *
 * @example
 * const stripe = oncelyStripe((config) => new Stripe(process.env.STRIPE_KEY!, config));
 */
export function oncelyStripe<Client extends StripeLike>(
  build: (config: StripeConfig) => Client,
  options?: StripeOptions<'one'>,
): Adapter<Client, 'one'>;
export function oncelyStripe<Client extends StripeLike>(
  build: (config: StripeConfig, account: string) => Client,
  options: StripeOptions<'many'> & { readonly accounts: 'many' },
): Adapter<Client, 'many'>;
export function oncelyStripe<Client extends StripeLike>(
  build: (config: StripeConfig, account: string) => Client,
  options: StripeOptions = {},
): Adapter<Client> {
  const setting: Setting = {
    landingBoundMs: options.landingBoundMs ?? 60_000,
    agent: options.httpAgent === undefined ? {} : { agent: options.httpAgent },
  };
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'stripe',
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const passages = new AsyncLocalStorage<Passage>();
      const credentials = createCredentials(() => peek(own, passages));
      const httpClient = httpClientFor(runtime, passages, credentials, setting);
      const config: StripeConfig = { httpClient, maxNetworkRetries: 0 };
      const client = build(config, account);
      // What we ask by ourselves is no call of the user's, and none for who listens to the events of their client.
      const own = build(config, account);
      return {
        client,
        resend: (target, permit) => resend(own, passages, credentials, target, permit),
        rekey: rekeyRequest,
        probe: (target) => probe(own, target, credentials),
        restore: (target) => restore(own, target, credentials),
        compensate: (target) => planCompensation(own, client, target),
      };
    },
  });
}

function httpClientFor(
  runtime: AdapterRuntime,
  passages: AsyncLocalStorage<Passage>,
  credentials: Credentials,
  setting: Setting,
): StripeConfig['httpClient'] {
  return {
    getClientName: () => 'oncely',
    makeRequest: async (host, port, path, method, headers, body, protocol, timeoutMs) => {
      const call: SdkCall = { host, port, path, method, headers, body, protocol, timeoutMs };
      const passage = passages.getStore();
      if (passage) {
        if (passage.kind === 'peek') passage.report(headerOf(headers, 'authorization'));
        else passage.report(await sendOnce(call, passage.request, passage.permit, setting));
        return respond({ status: 200, headers: {}, body: '{}' });
      }
      if (!isWrite(method, path)) return passRead(call, setting.agent.agent);
      try {
        const authorized = await credentials.of(headerOf(headers, 'authorization'));
        return respond(await runtime.perform(writeOf(call, authorized, setting)));
      } catch (error) {
        if (error instanceof SendFailed) throw error;
        return fail(error);
      }
    },
  };
}

function writeOf(call: SdkCall, authorized: Authorized, setting: Setting): VendorWrite {
  const operation = operationOf(call.method, call.path, setting.landingBoundMs);
  const name = ownKeyOf(call);
  return {
    operation,
    parameters: parametersOf(call, authorized),
    ...(name === undefined ? {} : { name }),
    prepare: (keys) => prepareRequest(call, operation, keys, authorized),
    send: (request, permit) => sendOnce(call, request, permit, setting),
    passThrough: async () => {
      try {
        const response = await passRead(call, setting.agent.agent);
        const headers = Object.fromEntries(
          Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
        );
        return { status: response.getStatusCode(), headers, body: await response.text() };
      } catch (error) {
        throw new SendFailed(error);
      }
    },
  };
}

/** Sends a stored request with the credentials and the address of this process's SDK. */
async function sendOnce(call: SdkCall, stored: string, permit: Permit, { agent }: Setting): Promise<Verdict> {
  const request = readRequest(stored);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers)) {
    const lower = name.toLowerCase();
    if (!replaced.has(lower)) headers[lower] = String(value);
  }
  const end = await exchange({
    url: `${call.protocol}://${call.host}:${call.port}${request.path}`,
    method: request.method,
    headers: { ...headers, ...request.headers },
    body: bodyOf(request),
    timeoutMs: Math.min(call.timeoutMs, permit.remainingMs()),
    permit,
    ...agent,
  });
  switch (end.kind) {
    case 'answered':
      return classify(end.response, request.method);
    case 'not_sent':
      return { evidence: 'not_applied', reason: end.reason, cause: end.cause };
    case 'lost':
      return { evidence: 'unknown', reason: end.reason, cause: end.cause };
  }
}

/** What the stored request says and not this call: the rest (authorization, user agent) is this process's own. */
const replaced: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'idempotency-key',
  'stripe-account',
  'stripe-context',
  'stripe-version',
  'x-stripe-client-telemetry',
]);

/** Goes through the user's client once more, only for its credentials; the request is the stored one. */
async function resend(
  client: StripeLike,
  passages: AsyncLocalStorage<Passage>,
  credentials: Credentials,
  target: Target & { readonly request: string },
  permit: Permit,
): Promise<Verdict> {
  const { method, path, authorized, apiBase } = readRequest(target.request);
  const access = await credentials.accessFor(authorized);
  if (access.kind === 'gone') return { evidence: 'not_applied', reason: access.reason, environment: true };
  return new Promise((resolve) => {
    // Where the check was not passed, core knows that nothing was sent.
    const failed = (cause: unknown): void => resolve({ evidence: 'unknown', reason: 'client_failed', cause });
    // An authenticator that fails leaves the SDK's promise open for ever.
    const timer = setTimeout(failed, permit.remainingMs(), new Error('the client did not send in time'));
    passages
      .run({ kind: 'resend', request: target.request, permit, report: resolve }, () =>
        client.rawRequest(method, path, method === 'POST' ? {} : undefined, {
          ...access.options,
          ...(apiBase === undefined ? {} : { apiBase }),
        }),
      )
      .then(failed, failed)
      .finally(() => clearTimeout(timer));
  });
}

/** The authorization that the user's client uses by itself; nothing is sent. */
function peek(client: StripeLike, passages: AsyncLocalStorage<Passage>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve(undefined);
    passages
      .run({ kind: 'peek', report: resolve }, () => client.rawRequest('GET', '/v1/account'))
      .then(nothing, nothing);
  });
}
