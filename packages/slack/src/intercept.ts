import type { AdapterRuntime, Permit, Target, Verdict, VendorWrite, WireResponse } from '@oncely/core';
import type { Calls } from '@oncely/core/adapter';
import { STATUS_CODES, type Agent } from 'node:http';

import { callOf, withoutTicket } from './api-calls.ts';
import { isWrite, operationOf } from './methods.ts';
import type { Outcomes } from './outcomes.ts';
import { digestOf, type OwnToken, type OwnTokens } from './own-tokens.ts';
import { hear, passRead } from './reads.ts';
import {
  methodOf,
  parametersOf,
  prepareRequest,
  readFormCall,
  readTextCall,
  resendField,
  type SdkCall,
} from './request.ts';
import { sendOnce } from './send.ts';
import type { Streams } from './streams.ts';
import type { Uploads } from './uploads.ts';
import type { Fetch } from './wiring.ts';

export interface Settings {
  readonly landingBoundMs: number;
  /** 0 is no limit but that of the lease. */
  readonly timeoutMs: number;
  readonly httpAgent: Agent | undefined;
  /** The user's own `fetch`, where they gave one. */
  readonly ownFetch: Fetch | undefined;
  /** By which reads go out, and whatever is not sent under the ledger. */
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What one client has under way. */
export interface Desk {
  readonly passages: Map<string, Passage>;
  readonly tokens: OwnTokens;
  readonly uploads: Uploads;
  readonly streams: Streams;
  readonly outcomes: Outcomes;
  readonly calls: Calls;
}

/** What is to become of a call that we make through our own client. */
export type Passage =
  | {
      readonly kind: 'resend';
      readonly target: Target & { readonly request: string };
      readonly permit: Permit;
      readonly report: (verdict: Verdict) => void;
    }
  /** The SDK is to make its own error of this answer. */
  | { readonly kind: 'answer'; readonly response: WireResponse };

/** The `fetch` of the client that looks up and resends by itself. */
export function ownFetch(desk: Desk, settings: () => Settings): Fetch {
  return async (address, init) => {
    const url = addressOf(address);
    const id = typeof init?.body === 'string' ? new URLSearchParams(init.body).get(resendField) : null;
    const passage = id === null ? undefined : desk.passages.get(id);
    if (!passage) {
      desk.tokens.see(init?.headers);
      return passRead(settings(), url, init, methodOf(url) === 'files.getUploadURLExternal' ? undefined : 5_000);
    }
    if (passage.kind === 'answer') return respond(passage.response);
    const call = readTextCall(url, methodOf(url), init);
    passage.report(await sendOnce(call, passage.target, passage.permit, desk, settings()));
    return new Response('{"ok":true}');
  };
}

/**
 * The `fetch` of the user's client: reads are the SDK's alone, a write is brought to its end under the ledger.
 * `errorOf` gives the error that the SDK makes of an answer, which the user's client would repeat.
 */
export function usersFetch(
  runtime: AdapterRuntime,
  desk: Desk,
  settings: () => Settings,
  errorOf: (response: WireResponse) => Promise<unknown>,
): Fetch {
  const { tokens, uploads, streams, calls } = desk;
  return async (address, init) => {
    const url = addressOf(address);
    if (uploads.has(url)) return uploads.send(url, init);
    const method = methodOf(url);
    if (!isWrite(method)) {
      tokens.see(init?.headers);
      const response = await settings().fetch(address, withoutTicket(init));
      const hears = runtime.reads?.(callOf(init, calls));
      if (hears) await hear(response, method, hears);
      return method === 'files.getUploadURLExternal' ? uploads.opened(response) : response;
    }
    // What passes outside of the ledger is the SDK's own, its repeats included.
    let passed: Promise<Response> | undefined;
    const pass = (): Promise<Response> => (passed = settings().fetch(address, withoutTicket(init)));
    try {
      const call =
        init?.body instanceof FormData
          ? await readFormCall(url, method, init, init.body)
          : readTextCall(url, method, init);
      const response = await runtime.perform(writeOf(call, desk, settings(), pass), callOf(init, calls));
      if (passed) return await passed;
      if (typeof call.body === 'string') streams.heard(method, new URLSearchParams(call.body), response);
      if (response.status === 200) return respond(response);
      return fail(await errorOf(response));
    } catch (error) {
      return passed ?? fail(error);
    }
  };
}

function writeOf(call: SdkCall, desk: Desk, settings: Settings, pass: () => Promise<Response>): VendorWrite {
  const { tokens, uploads, streams } = desk;
  const fields = typeof call.body === 'string' ? new URLSearchParams(call.body) : undefined;
  const before = fields && /^chat\.(append|stop)Stream$/.test(call.method) ? streams.before(fields) : undefined;
  const contentOf = (fileId: string): string | undefined => uploads.contentOf(fileId);
  let own: OwnToken | undefined;
  let passed = false;
  const parameters = (): unknown => {
    if (call.ownToken === undefined) return parametersOf(call, contentOf);
    // What is only observed costs no request of ours.
    if (passed) return parametersOf(call, contentOf, { digest: digestOf(call.ownToken) });
    return tokens.take(call.ownToken, call.method).then((taken) => {
      own = taken;
      return parametersOf(call, contentOf, taken);
    });
  };
  const waits = call.method === 'files.completeUploadExternal' && uploads.waitIn(fields?.get('files') ?? null);
  return {
    operation: operationOf(call.method, settings.landingBoundMs),
    get parameters() {
      return parameters();
    },
    prepare: (keys) => prepareRequest(call, keys, own, before),
    ...(waits ? { complete: (request: string) => uploads.complete(request) } : {}),
    send: (request, permit, target) => sendOnce(call, { ...target, request }, permit, desk, settings),
    passThrough: async () => {
      passed = true;
      const response = await pass();
      // The SDK reads the answer itself.
      return { status: response.status, headers: {}, body: '' };
    },
  };
}

function addressOf(address: string | URL | Request): string {
  return address instanceof Request ? address.url : String(address);
}

/** A remembered or fresh response, given to the SDK as if it had come from the wire: it builds results and errors. */
function respond({ status, headers, body }: WireResponse): Response {
  const { 'content-encoding': _encoding, 'content-length': _length, ...rest } = headers;
  return new Response(body, { status, statusText: STATUS_CODES[status] ?? '', headers: rest });
}

/** Makes the SDK reject with exactly this error: it reads the body outside of all that wraps errors. */
function fail(error: unknown): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(error) }));
}
