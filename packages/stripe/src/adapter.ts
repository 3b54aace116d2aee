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
import {
  bindMethods,
  createCalls,
  entrust,
  mustBuild,
  refuseUnknown,
  type Calls,
  type NamesOf,
} from '@oncely/core/adapter';

import { planCompensation } from './compensate.ts';
import { requestEditor } from './editor.ts';
import { factsOf } from './facts.ts';
import { createCredentials, type Authorized, type Credentials } from './credentials.ts';
import { isWrite, looksFirst, operationOf, refuseAmbiguous } from './operations.ts';
import { lookAgain, probe, restore } from './probe.ts';
import { accountOf, type StripeLike } from './reader.ts';
import { carrierOf, heard, passOn, type ReadResponse, type StripeHttpClient } from './reads.ts';
import { judged } from './own-marker.ts';
import { ownKeyOf, prepareRequest, readRequest, rekeyRequest, type SdkCall } from './request.ts';
import { fail, respond } from './response.ts';
import { sendOnce, type Setting } from './send.ts';
import { withQuery } from './query.ts';
import { storedParameters } from './stored-parameters.ts';
import { told } from './told.ts';
import { agentOf, baseOf, mustCarry, ownCalls, usersCarrier, type UsersCarrier } from './wiring.ts';

/** Configuration for `new Stripe(key, config)`: the public hook for HTTP. Everything else is the builder's own. */
export interface StripeConfig {
  readonly httpClient: StripeHttpClient;
  /** Never given: the SDK repeats reads as it is told to, and a write of ours whatever it is told once. */
  readonly maxNetworkRetries?: number;
}

export interface StripeOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.stripe` is a function of it. */
  readonly accounts?: Accounts;
  /** The longest that a request on its way may still take effect at Stripe, in milliseconds. Default 60,000. */
  readonly landingBoundMs?: number;
  /** The agent for every connection, in place of the SDK's own `httpAgent`: for a proxy, TLS settings, keep-alive. */
  readonly httpAgent?: Agent;
  /**
   * Carries every request in place of the SDK's client for Node, such as `Stripe.createFetchHttpClient()`. Behind it only
   * an error of connecting proves that a write was not sent.
   */
  readonly httpClient?: StripeHttpClient;
  /**
   * Whether a write in doubt that leaves our marker is looked for once before it is sent again, so that a proxy or an
   * emulator which honours no keys makes no second effect. Default true; it is a read more for each doubt.
   */
  readonly lookBeforeResend?: boolean;
}

/** What is to become of a call that we make through the user's client: only its credentials are wanted. */
type Passage =
  | {
      readonly kind: 'resend';
      readonly request: string;
      readonly permit: Permit;
      readonly report: (verdict: Verdict) => void;
    }
  | { readonly kind: 'peek'; readonly report: (call: SdkCall) => void }
  /** Nothing but whether it comes to us. */
  | { readonly kind: 'reach'; readonly report: () => void };

/**
 * Puts a Stripe client under the ledger: every POST and DELETE of it happens once per effect, every GET passes.
 * Inside 23 hours (v2: 29 days) a write in doubt is resent with the same key and bytes; later it is looked up. The
 * builder is called three times for an account: for your client, for one that looks up and resends by itself, and
 * without our HTTP client, to learn which one is yours.
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
  mustBuild(build, 'oncelyStripe', '(config) => new Stripe(key, config)');
  refuseUnknown('oncelyStripe', options, known, { code: 'invalid_config' });
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'stripe',
    ...told,
    editor: requestEditor,
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const passages = new AsyncLocalStorage<Passage>();
      const credentials = createCredentials({
        peek: () => peek(own, passages),
        accountOf: (authorization) => accountOf(own, authorization),
        isOwn: (headers) => isOwn(headers),
      });
      const calls = createCalls();
      let carrier: StripeHttpClient | undefined;
      // It stands in a header of every request, which the SDK's own carrier, or the user's, sends.
      const clientName = (): string => carrier?.getClientName() ?? 'node';
      const httpClient = httpClientFor(runtime, calls, passages, credentials, () => setting, clientName);
      const config: StripeConfig = { httpClient };
      const client = build(config, account);
      mustCarry(client, httpClient, (ask) => {
        let reached = false;
        passages.run({ kind: 'reach', report: () => (reached = true) }, ask);
        return reached;
      });
      const isOwn = ownCalls(client);
      bindMethods(client, calls);
      // Built without our HTTP client, it says which one is the user's; it sends nothing.
      const users = usersCarrier(client, httpClient, () => build({} as StripeConfig, account));
      const setting = settingOf(client, options, users);
      ({ carrier } = setting);
      // What we ask by ourselves is no call of the user's, and none for who listens to the events of their client.
      const own = build(config, account);
      return {
        client,
        resend: (target, permit) => resend(own, passages, credentials, target, permit),
        rekey: rekeyRequest,
        parametersOf: storedParameters,
        facts: (write) => factsOf(own, write),
        probe: (target) => probe(own, target, credentials),
        looksFirst: (operation) => options.lookBeforeResend !== false && looksFirst(operation),
        lookAgain: (target) => lookAgain(own, target, credentials),
        restore: (target) => restore(own, target, credentials),
        compensate: (target) => planCompensation(own, client, target),
      };
    },
  });
}

const known: NamesOf<StripeOptions> = {
  accounts: true,
  landingBoundMs: true,
  httpAgent: true,
  httpClient: true,
  lookBeforeResend: true,
};

function settingOf(client: object, options: StripeOptions, users: UsersCarrier): Setting {
  const agent = options.httpAgent ?? users.agent ?? agentOf(client);
  const httpClient = options.httpClient ?? (options.httpAgent === undefined ? users.httpClient : undefined);
  return {
    landingBoundMs: options.landingBoundMs ?? 60_000,
    agent,
    carrier: httpClient ?? carrierOf(client, agent),
    carriesWrites: httpClient !== undefined,
  };
}

function httpClientFor(
  runtime: AdapterRuntime,
  calls: Calls,
  passages: AsyncLocalStorage<Passage>,
  credentials: Credentials,
  setting: () => Setting,
  getClientName: () => string,
): StripeHttpClient {
  return {
    getClientName,
    makeRequest: async (host, port, path, method, headers, body, protocol, timeoutMs) => {
      const call: SdkCall = { host, port, path, method, headers, body, protocol, timeoutMs };
      const passage = passages.getStore();
      if (passage) {
        if (passage.kind === 'peek') passage.report(call);
        else if (passage.kind === 'reach') passage.report();
        else passage.report(await sendOnce(call, passage.request, passage.permit, setting()));
        return respond({ status: 200, headers: {}, body: '{}' });
      }
      if (!isWrite(method, path)) return heard(passOn(setting().carrier, call), runtime.reads?.(calls.current()));
      // What passes outside of the ledger is the SDK's own, its repeats included.
      let passed: Promise<ReadResponse> | undefined;
      const pass = (): Promise<ReadResponse> => (passed = passOn(setting().carrier, call));
      try {
        const response = await runtime.perform(writeOf(call, credentials, setting(), pass), calls.current());
        return passed ?? respond(response);
      } catch (error) {
        return passed ?? fail(error);
      }
    },
  };
}

function writeOf(
  call: SdkCall,
  credentials: Credentials,
  setting: Setting,
  pass: () => Promise<ReadResponse>,
): VendorWrite {
  refuseAmbiguous(call.method, call.path);
  const operation = operationOf(call.method, call.path, setting.landingBoundMs);
  const name = ownKeyOf(call);
  let authorized: Authorized | undefined;
  const judgedBy = (known: Authorized): unknown => judged(call, operation.name, (authorized = known));
  return {
    operation,
    // Whose a key of the call's own is may have to be asked for, which is nothing for a call that only passes.
    get parameters() {
      const known = credentials.of(call);
      return known instanceof Promise ? known.then(judgedBy) : judgedBy(known);
    },
    judged: (parameters) => withQuery(call.path, parameters as Readonly<Record<string, unknown>>),
    ...(name === undefined ? {} : { name }),
    prepare: (keys) => {
      if (!authorized) throw new Error('prepared before its parameters were asked for');
      return prepareRequest(call, operation, keys, authorized);
    },
    send: (request, permit) => sendOnce(call, request, permit, setting),
    passThrough: async () => {
      const response = await pass();
      // The SDK reads the answer itself.
      return { status: response.getStatusCode(), headers: {}, body: '' };
    },
  };
}

/** Goes through the user's client once more, only for its credentials; the request is the stored one. */
async function resend(
  client: StripeLike,
  passages: AsyncLocalStorage<Passage>,
  credentials: Credentials,
  target: Target & { readonly request: string },
  permit: Permit,
): Promise<Verdict> {
  entrust(permit);
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
          ...baseOf(client, apiBase),
        }),
      )
      .then(failed, failed)
      .finally(() => clearTimeout(timer));
  });
}

/** The call that the user's client makes by itself; nothing is sent. */
function peek(client: StripeLike, passages: AsyncLocalStorage<Passage>): Promise<SdkCall | undefined> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve(undefined);
    passages
      .run({ kind: 'peek', report: resolve }, () => client.rawRequest('GET', '/v1/account'))
      .then(nothing, nothing);
  });
}
