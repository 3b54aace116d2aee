import {
  defineAdapter,
  type Adapter,
  type AdapterRuntime,
  type Permit,
  type Target,
  type VendorWrite,
  type Verdict,
  type WireResponse,
} from '@oncely/core';
import { createCalls, type Calls } from '@oncely/core/adapter';
import { exchange } from '@oncely/core/transport';
import { randomUUID } from 'node:crypto';
import type { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { bindApiCalls, callOf } from './api-calls.ts';
import { classify } from './classify.ts';
import { planCompensation } from './compensate.ts';
import { lineBy, type Line } from './lines.ts';
import type { SlackLike } from './looking.ts';
import { isWrite, operationOf } from './methods.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { createOwnTokens, ownTokenGone, type OwnTokens } from './own-tokens.ts';
import { lookAgain, probe, restore } from './probe.ts';
import { passRead } from './reads.ts';
import {
  bodyOf,
  fieldsOf,
  methodOf,
  parametersOf,
  prepareRequest,
  readFormCall,
  readRequest,
  readTextCall,
  resendField,
  type SdkCall,
} from './request.ts';
import { createStreams, type Streams } from './streams.ts';
import { createUploads, type Uploads } from './uploads.ts';

/**
 * Configuration for `new WebClient(token, config)`: the public hook for HTTP, with the SDK's eleven sends and its
 * waiting off. Calls are not queued by the SDK, since its queue runs a call in the context of another one.
 */
export interface SlackConfig {
  readonly fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly retryConfig: { readonly retries: 0 };
  readonly rejectRateLimitedCalls: true;
  readonly maxRequestConcurrency: number;
}

export interface SlackOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.slack` is a function of it. */
  readonly accounts?: Accounts;
  /** The longest that a request on its way may still become visible in the history, in milliseconds. Default 10,000. */
  readonly landingBoundMs?: number;
  /** How long one call may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** By which everything goes out, for a proxy or other TLS settings. */
  readonly httpAgent?: Agent;
  /** How a read waits before it is repeated. */
  readonly sleep?: (ms: number) => Promise<void>;
}

interface Settings {
  readonly landingBoundMs: number;
  readonly timeoutMs: number;
  readonly httpAgent: Agent | undefined;
  readonly line: Line;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What one client has under way. */
interface Desk {
  readonly resends: Map<string, Resend>;
  readonly tokens: OwnTokens;
  readonly uploads: Uploads;
  readonly streams: Streams;
  readonly outcomes: Outcomes;
  readonly calls: Calls;
}

interface Resend {
  readonly target: Target & { readonly request: string };
  readonly permit: Permit;
  readonly report: (verdict: Verdict) => void;
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
  const settings: Settings = {
    landingBoundMs: options.landingBoundMs ?? 10_000,
    timeoutMs: options.timeoutMs ?? 30_000,
    httpAgent: options.httpAgent,
    line: lineBy(options.httpAgent),
    sleep: options.sleep ?? ((ms) => pause(ms)),
  };
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'slack',
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const desk: Desk = {
        resends: new Map(),
        tokens: createOwnTokens(),
        uploads: createUploads(settings),
        streams: createStreams(),
        outcomes: createOutcomes(),
        calls: createCalls(),
      };
      const known = { tokens: desk.tokens, isAnothers: desk.outcomes.isAnothers };
      const client = build(
        {
          fetch: fetchFor(runtime, desk, settings),
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
          maxRequestConcurrency: Infinity,
        },
        account,
      );
      bindApiCalls(client, desk.calls);
      return {
        client,
        resend: (target, permit) => resend(client, desk, target, permit),
        probe: (target) => probe(client, target, known),
        lookAgain: (target) => lookAgain(client, target, known),
        restore: (target) => restore(client, target, known),
        compensate: (target) => planCompensation(client, target),
      };
    },
  });
}

function fetchFor(runtime: AdapterRuntime, desk: Desk, settings: Settings): SlackConfig['fetch'] {
  const { resends, tokens, uploads, streams } = desk;
  return async (address, init) => {
    const url = address instanceof Request ? address.url : String(address);
    if (uploads.has(url)) return uploads.send(url, init);
    const method = methodOf(url);
    if (method === 'files.getUploadURLExternal') return uploads.open(url, init);
    const resendId = typeof init?.body === 'string' ? new URLSearchParams(init.body).get(resendField) : null;
    const resending = resendId === null ? undefined : resends.get(resendId);
    if (!resending && !isWrite(method)) {
      tokens.see(init?.headers);
      return passRead(settings, url, init);
    }
    const call =
      init?.body instanceof FormData
        ? await readFormCall(url, method, init, init.body)
        : readTextCall(url, method, init);
    if (resending) {
      resending.report(await sendOnce(call, resending.target, resending.permit, desk, settings));
      return new Response('{"ok":true}');
    }
    tokens.remember(call.ownToken);
    try {
      const response = await runtime.perform(writeOf(call, desk, settings), callOf(init, desk.calls));
      if (typeof call.body === 'string') streams.heard(method, new URLSearchParams(call.body), response);
      return respond(response);
    } catch (error) {
      if (error instanceof SendFailed) throw error;
      return fail(error);
    }
  };
}

function writeOf(call: SdkCall, desk: Desk, settings: Settings): VendorWrite {
  const before =
    typeof call.body === 'string' && /^chat\.(append|stop)Stream$/.test(call.method)
      ? desk.streams.before(new URLSearchParams(call.body))
      : undefined;
  return {
    operation: operationOf(call.method, settings.landingBoundMs),
    parameters: parametersOf(call, (fileId) => desk.uploads.contentOf(fileId)),
    prepare: (keys) => prepareRequest(call, keys, before),
    send: (request, permit, target) => sendOnce(call, { ...target, request }, permit, desk, settings),
    passThrough: async () => {
      const { headers } = call;
      const body = call.secrets === '' ? call.body : `${call.body as string}&${call.secrets}`;
      const init = { method: 'POST', headers, body: body as string, redirect: 'error' } as const;
      const response = await settings.line(call.url, init).catch((error: unknown) => {
        throw new SendFailed('fetch failed', { cause: error });
      });
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    },
  };
}

/** A connection that failed in a call that is only observed; the SDK makes its WebAPIRequestError of it. */
class SendFailed extends Error {
  override readonly name = 'SendFailed';
}

/** Sends a stored request with the token of this process's SDK. */
async function sendOnce(
  call: SdkCall,
  target: Target & { readonly request: string },
  permit: Permit,
  { outcomes }: Desk,
  settings: Settings,
): Promise<Verdict> {
  const request = readRequest(target.request);
  const { 'content-length': _length, ...headers } = call.headers;
  const end = await exchange({
    url: call.url,
    method: 'POST',
    headers: { ...headers, 'content-type': request.contentType },
    body: bodyOf(request, call),
    timeoutMs: Math.min(settings.timeoutMs, permit.remainingMs()),
    permit,
    ...(settings.httpAgent === undefined ? {} : { agent: settings.httpAgent }),
  });
  switch (end.kind) {
    case 'answered': {
      const { method } = request;
      const verdict = classify(end.response, { method, fields: fieldsOf(request), doubted: target.doubted === true });
      if (verdict.evidence === 'accepted') outcomes.remember(verdict.vendorId, target.marker);
      return verdict;
    }
    case 'not_sent':
      return { evidence: 'not_applied', reason: end.reason, cause: end.cause };
    case 'lost':
      return { evidence: 'unknown', reason: end.reason, cause: end.cause };
  }
}

/** A remembered or fresh response, given to the SDK as if it had come from the wire: it builds results and errors. */
function respond({ status, headers, body }: WireResponse): Response {
  const { 'content-encoding': _encoding, 'content-length': _length, ...rest } = headers;
  return new Response(body, { status, headers: rest });
}

/** Makes the SDK reject with exactly this error: it reads the body outside of all that wraps errors. */
function fail(error: unknown): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(error) }));
}

/** Goes through the user's client once more, only for its token and address; the request is the stored one. */
async function resend(
  client: SlackLike,
  { resends, tokens }: Desk,
  target: Target & { readonly request: string },
  permit: Permit,
): Promise<Verdict> {
  const { method, ownToken } = readRequest(target.request);
  const access = tokens.optionsFor(ownToken);
  if (!access) return { evidence: 'not_applied', reason: ownTokenGone, environment: true };
  const id = randomUUID();
  return new Promise((resolve) => {
    resends.set(id, { target, permit, report: resolve });
    // Where the check was not passed, core knows that nothing was sent.
    const failed = (cause: unknown): void => resolve({ evidence: 'unknown', reason: 'client_failed', cause });
    client
      // The text is for the SDK alone, which prints a warning about a message without one.
      .apiCall(method, { ...access, [resendField]: id, text: 'resend' })
      .then(failed, failed)
      .finally(() => resends.delete(id));
  });
}
