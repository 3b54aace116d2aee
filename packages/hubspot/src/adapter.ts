import { defineAdapter, type Adapter, type AdapterRuntime, type VendorWrite, type WireResponse } from '@oncely/core';
import { mustBuild, refuseUnknown, takeCall, type Call, type NamesOf } from '@oncely/core/adapter';

import { rawCallOf, type ApiRequestOptions } from './api-request.ts';
import { requestEditor } from './editor.ts';
import { storedParameters } from './stored-parameters.ts';
import { pathIds, sayWrite } from './saying.ts';
import { readBody, type WireBody } from './body.ts';
import { planCompensation } from './compensate.ts';
import { responseContext, type RequestContextLike, type ResponseContextLike } from './context.ts';
import { createGuard, refuseOtherClient } from './guard.ts';
import { heardRaw } from './heard.ts';
import { hookClient, type Caught } from './hook.ts';
import { isCompared, look } from './look.ts';
import {
  canonicalName,
  isWrite,
  objectTypeOf,
  operationNames,
  operationOf,
  refuseAmbiguous,
  weakened,
  type HubSpotOperation,
} from './operations.ts';
import { refuseOurs } from './our-property.ts';
import { previewOf, sendsByFetch, userAgentOf } from './preview.ts';
import { lookAgain, probe, restore } from './probe.ts';
import { CredentialsGone, NotAllowed, Unreachable } from './reading.ts';
import { callOf, parametersOf, readRequest, rekeyRequest, requestOf, type Said, type SdkCall } from './request.ts';
import { CannotTell } from './seen.ts';
import { send, type SendParts } from './send.ts';
import type { Settings } from './settings.ts';
import { createUniqueProperty } from './unique-property.ts';
import { createVendor, type HubSpotLike, type Vendor } from './vendor.ts';

/** Configuration for `new Client(config)`: the SDK's public hook, by which a client is known to be under the ledger. */
export interface HubSpotConfig {
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
  mustBuild(build, 'oncelyHubspot', '(config) => new Client({ accessToken, ...config })');
  refuseUnknown('oncelyHubspot', options, known, { code: 'invalid_config' });
  const settings: Settings = {
    property: options.property ?? 'oncely_key',
    missingProperty: options.missingProperty ?? 'error',
    readBefore: options.readBefore ?? true,
    landingBoundMs: options.landingBoundMs ?? 30_000,
  };
  const guard = createGuard();
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'hubspot',
    operations: { names: operationNames, canonical: canonicalName, pathIds: (_name, path) => pathIds(path) },
    say: sayWrite,
    editor: requestEditor,
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const client = build({ middleware: [guard] }, account);
      refuseOtherClient(client, guard);
      return connect(runtime, client, account, settings);
    },
  });
}

function connect<Client extends HubSpotLike>(
  runtime: AdapterRuntime,
  client: Client,
  account: string,
  settings: Settings,
): ReturnType<Adapter<Client>['connect']> {
  let userAgent: string | undefined;
  const agentOfSdk = (): string | undefined => (userAgent ??= userAgentOf(client));
  const vendor = createVendor(
    () => client,
    previewOf,
    () => sendsByFetch(agentOfSdk()),
  );
  const parts: SendParts = { vendor, settings, unique: createUniqueProperty(settings.property) };
  const perform = async (
    call: SdkCall,
    body: unknown,
    pass: () => Promise<WireResponse>,
    of: Call | undefined,
  ): Promise<WireResponse> => runtime.perform(await writeOf(call, body, parts, pass), of);

  const catchWrite = async (caught: Caught): Promise<ResponseContextLike> => {
    const { context } = caught;
    let passed: ResponseContextLike | undefined;
    const pass = async (): Promise<WireResponse> => {
      passed = await caught.bySdk();
      return { status: passed.httpStatusCode, headers: passed.headers, body: '' };
    };
    const response = await caught.inside(() =>
      perform(callOf(sentBy(context), vendor.base(), caught.endpoint), context.getBody(), pass, caught.call),
    );
    return passed ?? responseContext(response);
  };

  const apiRequest = (given: ApiRequestOptions, raw: (given: unknown) => Promise<unknown>): Promise<unknown> => {
    const { body, ...sent } = rawCallOf(given, client.config, agentOfSdk());
    const call = callOf(sent, vendor.base(), undefined);
    if (!isWrite(call.method, call.path)) {
      const hears = runtime.reads?.(takeCall());
      return hears ? raw(given).then((response) => heardRaw(response as Response, hears)) : raw(given);
    }
    let passed: Response | undefined;
    const pass = async (): Promise<WireResponse> => {
      // As it was when it was called, whatever became of the caller's object since.
      const same = given.defaultJson !== false && typeof body === 'string' ? { body: JSON.parse(body) as unknown } : {};
      passed = (await raw({ ...given, ...same })) as Response;
      return { status: passed.status, headers: Object.fromEntries(passed.headers), body: '' };
    };
    return perform(call, body, pass, takeCall()).then(
      ({ status, headers, body: text }) =>
        passed ?? new Response(bodiless.has(status) ? null : text, { status, headers: { ...headers } }),
    );
  };

  hookClient(client, account, {
    takes: (context, endpoint) => {
      const { method, path } = callOf(sentBy(context), vendor.base(), endpoint);
      return isWrite(method, path);
    },
    catch: catchWrite,
    reads: (of) => runtime.reads?.(of),
    apiRequest: (given, raw) => apiRequest(given as ApiRequestOptions, raw),
    renewed: () => vendor.renewed(),
  });
  return {
    client,
    resend: (target, permit) => send(parts, target.request, permit, target),
    rekey: rekeyRequest,
    parametersOf: storedParameters,
    probe: (target) => probe(parts, target),
    lookAgain: (target) => lookAgain(parts, target),
    restore: (target) => restore(parts, target),
    compensate: (target) =>
      planCompensation(target, vendor.reader({ auth: 'bearer' }), async (path) => {
        const { status } = (await client.apiRequest({ method: 'DELETE', path })) as Response;
        if (status >= 400) throw new Error(`HubSpot answered ${status}`);
      }),
  };
}

const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

function sentBy(context: RequestContextLike): Parameters<typeof callOf>[0] {
  const agent = context.getAgent();
  return {
    url: context.getUrl(),
    method: context.getHttpMethod(),
    headers: context.getHeaders(),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** The write of a call. Its body is read when the write is judged, so that one which passes goes as it is. */
async function writeOf(
  call: SdkCall,
  body: unknown,
  connected: SendParts,
  pass: () => Promise<WireResponse>,
): Promise<VendorWrite> {
  const { settings } = connected;
  // What is sent for this call goes the SDK's own way: its address, headers, credentials and agent.
  const parts: SendParts = { ...connected, vendor: connected.vendor.of(call) };
  refuseAmbiguous(call.method, call.path);
  const operation = await operationFor(call, parts);
  const compares = settings.readBefore && isCompared(operation.kind);
  let reading: Promise<WireBody> | undefined;
  let said: Promise<Said> | undefined;
  let known: Said | undefined;
  const sayings = async (): Promise<Said> => {
    const read = await (reading ??= readBody(body));
    refuseOurs(call, read, settings.property);
    known = { body: read, ...(await connected.vendor.whose(call)) };
    return known;
  };
  return {
    operation,
    get parameters() {
      return (said ??= sayings()).then((each) => parametersOf(call, each));
    },
    prepare: (keys) => {
      if (known === undefined) throw new Error('the write was prepared before it was judged');
      return JSON.stringify(requestOf(call, known, operation, keys, settings.property));
    },
    ...(compares ? { complete: (request: string) => withBefore(request, operation, parts.vendor) } : {}),
    send: (request, permit, target) => send(parts, request, permit, target),
    passThrough: async () => {
      reading ??= readBody(body, 'elsewhere');
      return pass();
    },
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
  const { portal, ownKey } = await vendor.whose(call);
  const standing = await unique.of(objectTypeOf(call.path), vendor.reader(call), portal ?? ownKey);
  return standing === 'missing' || standing === 'not_unique' ? weakened(operation) : operation;
}

const known: NamesOf<HubSpotOptions> = {
  accounts: true,
  property: true,
  missingProperty: true,
  readBefore: true,
  landingBoundMs: true,
};
