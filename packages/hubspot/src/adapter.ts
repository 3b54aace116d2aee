import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';

import {
  defineAdapter,
  type Adapter,
  type AdapterRuntime,
  type Permit,
  type VendorWrite,
  type WireResponse,
} from '@oncely/core';

import { rawCallOf, type ApiRequestOptions } from './api-request.ts';
import { guarded, type CallOptions } from './client.ts';
import { planCompensation } from './compensate.ts';
import { createHandover, type RequestContextLike, type ResponseContextLike } from './handover.ts';
import { isCompared, look } from './look.ts';
import { isWrite, objectTypeOf, operationOf, weakened, type HubSpotOperation } from './operations.ts';
import { lookAgain, probe, restore } from './probe.ts';
import {
  asMade,
  callOf,
  headerOf,
  parametersOf,
  readRequest,
  rekeyRequest,
  requestOf,
  type SdkCall,
} from './request.ts';
import { CannotTell } from './seen.ts';
import { send, type SendParts } from './send.ts';
import type { Settings } from './settings.ts';
import { createUniqueProperty } from './unique-property.ts';
import { createVendor, CredentialsGone, NotAllowed, Unreachable, type HubSpotLike, type Vendor } from './vendor.ts';

/** Configuration for `new Client(config)`: the SDK's public hook, and its own retries off. */
export interface HubSpotConfig {
  readonly numberOfApiCallRetries: 0;
  // The SDK takes them as a mutable array of functions on `unknown`.
  middleware: { pre(context: unknown): unknown; post(context: unknown): unknown }[];
}

export interface HubSpotOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.hubspot` is a function of it. */
  readonly accounts?: Accounts;
  /** The unique property by which what we create is found again. Default `oncely_key`. */
  readonly property?: string;
  /**
   * Where a portal lacks the property: `error` (default) creates nothing and names the fix; `weaker` creates without it,
   * and what is in doubt then waits for a person.
   */
  readonly missingProperty?: 'error' | 'weaker';
  /**
   * Whether an update first reads what stands there, so that after doubt a person's later edit is told from the old value.
   * Default true. Without it an update in doubt is either found done or waits for a person.
   */
  readonly readBefore?: boolean;
  /** The longest that a request on its way may still take effect at HubSpot, in milliseconds. Default 30,000. */
  readonly landingBoundMs?: number;
}

/**
 * Puts a HubSpot client under the ledger: every write of it happens once per effect, reads pass.
 *
 * @example
 * const hubspot = oncelyHubspot((config) => new Client({ accessToken: process.env.HUBSPOT_ACCESS_TOKEN!, ...config }));
 */
export function oncelyHubspot<Client extends HubSpotLike>(
  build: (config: HubSpotConfig) => Client,
  options?: HubSpotOptions<'one'>,
): Adapter<Client, 'one'>;
export function oncelyHubspot<Client extends HubSpotLike>(
  build: (config: HubSpotConfig, account: string) => Client,
  options: HubSpotOptions<'many'> & { readonly accounts: 'many' },
): Adapter<Client, 'many'>;
export function oncelyHubspot<Client extends HubSpotLike>(
  build: (config: HubSpotConfig, account: string) => Client,
  options: HubSpotOptions = {},
): Adapter<Client> {
  const settings: Settings = {
    property: options.property ?? 'oncely_key',
    missingProperty: options.missingProperty ?? 'error',
    readBefore: options.readBefore ?? true,
    landingBoundMs: options.landingBoundMs ?? 30_000,
  };
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'hubspot',
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => connect(runtime, (config) => build(config, account), settings),
  });
}

function connect<Client extends HubSpotLike>(
  runtime: AdapterRuntime,
  build: (config: HubSpotConfig) => Client,
  settings: Settings,
): ReturnType<Adapter<Client>['connect']> {
  const calls = new AsyncLocalStorage<CallOptions>();
  const handover = createHandover();
  const vendor = createVendor(() => raw);
  const parts: SendParts = { vendor, settings, unique: createUniqueProperty(settings.property) };
  const perform = async (call: SdkCall): Promise<WireResponse> =>
    runtime.perform(await writeOf(call, parts, () => passThrough(call)));
  const raw = build({
    numberOfApiCallRetries: 0,
    middleware: [
      {
        pre: async (given) => {
          const context = given as RequestContextLike;
          const url = context.getUrl();
          const method = context.getHttpMethod();
          const base = vendor.base();
          if (!isWrite(method, pathBelow(url, base))) return context;
          const sent = {
            url,
            method,
            headers: context.getHeaders(),
            body: context.getBody(),
            agent: context.getAgent(),
          };
          const own = calls.getStore()?.ownCredentials === true ? credentialOf(sent.headers, url) : undefined;
          if (own !== undefined) vendor.keep(own.digest, own.value);
          handover.give(context, await perform(await callOf(sent, base, own?.digest)));
          return context;
        },
        post: (context) => {
          handover.take(context as ResponseContextLike);
          return context;
        },
      },
    ],
  });
  const apiRequest = async (given: ApiRequestOptions = {}): Promise<unknown> => {
    const sent = rawCallOf(given, raw.config);
    const base = vendor.base();
    if (!isWrite(sent.method, pathBelow(sent.url, base))) return raw.apiRequest(given);
    const own = given.headers === undefined ? undefined : headerOf(given.headers, 'authorization');
    const digest = own === undefined ? undefined : digestOf(own);
    if (own !== undefined && digest !== undefined) vendor.keep(digest, own);
    const { status, headers, body } = await perform(await callOf(sent, base, digest));
    return new Response(bodiless.has(status) ? null : body, { status, headers: { ...headers } });
  };
  return {
    client: guarded(raw, apiRequest, calls),
    resend: (target, permit) => send(parts, target.request, permit, target),
    rekey: rekeyRequest,
    probe: (target) => probe(parts, target),
    lookAgain: (target) => lookAgain(parts, target),
    restore: (target) => restore(parts, target),
    compensate: (target) =>
      planCompensation(target, vendor.reader({ auth: 'bearer' }), async (path) => {
        const { status } = (await apiRequest({ method: 'DELETE', path })) as Response;
        if (status >= 400) throw new Error(`HubSpot answered ${status}`);
      }),
  };

  /** As the SDK sends it, and its errors: no answer rejects. */
  async function passThrough(call: SdkCall): Promise<WireResponse> {
    const request = asMade(call);
    const permit: Permit = { check: () => undefined, remainingMs: () => 120_000 };
    const end = await vendor.send(request, permit);
    if (end.kind === 'answered') return end.response;
    throw new TypeError('fetch failed', { cause: end.cause });
  }
}

const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

async function writeOf(
  call: SdkCall,
  parts: SendParts,
  passThrough: () => Promise<WireResponse>,
): Promise<VendorWrite> {
  const { settings, vendor } = parts;
  const operation = await operationFor(call, parts);
  const compares = settings.readBefore && isCompared(operation.kind);
  return {
    operation,
    parameters: parametersOf(call),
    prepare: (keys) => JSON.stringify(requestOf(call, operation, keys, settings.property)),
    ...(compares ? { complete: (request: string) => withBefore(request, operation, vendor) } : {}),
    send: (request, permit, target) => send(parts, request, permit, target),
    passThrough,
  };
}

/** A request with what stands there before it. */
async function withBefore(stored: string, { kind }: HubSpotOperation, vendor: Vendor): Promise<string> {
  const request = readRequest(stored);
  try {
    const { seen } = await look(kind, request, vendor.reader(request));
    return JSON.stringify({ ...request, before: seen.map(({ value }) => value) });
  } catch (error) {
    // Without the right to read it goes unread: what is done is still told from what is not.
    const unread = error instanceof NotAllowed || error instanceof CannotTell || error instanceof CredentialsGone;
    if (unread || (error instanceof Unreachable && error.refused)) return stored;
    throw error;
  }
}

/** With `weaker`, what is created in a portal that lacks the property has the weaker class from the start. */
async function operationFor(call: SdkCall, { settings, unique, vendor }: SendParts): Promise<HubSpotOperation> {
  const operation = operationOf(call.method, call.path, settings.landingBoundMs);
  const marked = operation.kind === 'create' || operation.kind === 'create_batch';
  if (!marked || settings.missingProperty !== 'weaker') return operation;
  const standing = await unique.of(objectTypeOf(call.path), vendor.reader(call));
  return standing === 'missing' || standing === 'not_unique' ? weakened(operation) : operation;
}

/** The path below the client's base path, without what the base path brings. */
function pathBelow(url: string, base: string): string {
  const { pathname } = new URL(url);
  const prefix = new URL(base).pathname.replace(/\/$/, '');
  return prefix !== '' && pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname;
}

function credentialOf(
  headers: Readonly<Record<string, string>>,
  url: string,
): { readonly digest: string; readonly value: string } | undefined {
  const value = headerOf(headers, 'authorization') ?? new URL(url).searchParams.get('hapikey') ?? undefined;
  return value === undefined ? undefined : { digest: digestOf(value), value };
}

/** A token is long and random, so its digest tells nothing. */
function digestOf(credential: string): string {
  return createHash('sha256').update(credential).digest('hex').slice(0, 16);
}
