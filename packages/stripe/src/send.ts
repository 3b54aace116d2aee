import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import type { Permit, Verdict } from '@oncely/core';
import { answerMs, exchange } from '@oncely/core/transport';

import { carry } from './carrying.ts';
import { classify } from './classify.ts';
import type { StripeHttpClient } from './reads.ts';
import { bodyOf, readRequest, type SdkCall } from './request.ts';

/** What is the same for all calls of a client. */
export interface Setting {
  readonly landingBoundMs: number;
  readonly agent: Agent | undefined;
  /** What the SDK would carry its requests by. */
  readonly carrier: StripeHttpClient;
  /** Whether writes go by it too. */
  readonly carriesWrites: boolean;
}

/** Sends a stored request with the credentials and the address of this process's SDK. */
export async function sendOnce(call: SdkCall, stored: string, permit: Permit, setting: Setting): Promise<Verdict> {
  const request = readRequest(stored);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers)) {
    const lower = name.toLowerCase();
    if (!replaced.has(lower)) headers[lower] = String(value);
  }
  const { agent, carrier, carriesWrites } = setting;
  const all = { ...headers, ...request.headers };
  const timeoutMs = answerMs(call.timeoutMs, permit);
  const end = carriesWrites
    ? await carry(carrier, call, request, all, permit, timeoutMs)
    : await exchange({
        url: `${call.protocol}://${call.host}:${call.port}${request.path}`,
        method: request.method,
        headers: all,
        body: bodyOf(request),
        timeoutMs,
        permit,
        // Never the global agent, as in the SDK.
        agent: agent ?? (call.protocol === 'http' ? agents.http : agents.https),
      });
  switch (end.kind) {
    case 'answered':
      return classify(end.response, request.method, request.path);
    case 'not_sent':
      return { evidence: 'not_applied', reason: end.reason, cause: end.cause };
    case 'lost':
      return { evidence: 'unknown', reason: end.reason, cause: end.cause };
  }
}

// A connection that idled may be closed under the next request, which puts an effect in doubt for nothing: keep short.
const idle = { keepAlive: true, timeout: 4_000 } as const;
const agents = { http: new Agent(idle), https: new HttpsAgent(idle) };

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
