import { randomUUID } from 'node:crypto';

import type { Permit, Target, Verdict, WireResponse } from '@oncely/core';
import { entrust, ledFetch } from '@oncely/core/adapter';
import { exchange } from '@oncely/core/transport';

import { classify } from './classify.ts';
import type { Desk, Settings } from './intercept.ts';
import type { SlackLike } from './looking.ts';
import { ownTokenGone } from './own-tokens.ts';
import { bodyOf, fieldsOf, ownTokenOf, readRequest, resendField, type SdkCall } from './request.ts';

/** Sends a stored request with the token of this process's SDK, the way that the SDK's own requests go. */
export async function sendOnce(
  call: SdkCall,
  target: Target & { readonly request: string },
  permit: Permit,
  { outcomes }: Pick<Desk, 'outcomes'>,
  { httpAgent, ownFetch, timeoutMs }: Settings,
): Promise<Verdict> {
  const request = readRequest(target.request);
  const { 'content-length': _length, ...headers } = call.headers;
  const led = httpAgent === undefined ? (ownFetch ?? ledFetch()) : undefined;
  const end = await exchange({
    url: call.url,
    method: 'POST',
    headers: { ...headers, 'content-type': request.contentType },
    body: bodyOf(request, call),
    timeoutMs,
    permit,
    ...(httpAgent === undefined ? {} : { agent: httpAgent }),
    ...(led === undefined ? {} : { fetch: led as typeof globalThis.fetch }),
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

/** Goes through our client of the user's making, only for its token and address; the request is the stored one. */
export async function resend(
  client: SlackLike,
  { passages, tokens }: Pick<Desk, 'passages' | 'tokens'>,
  target: Target & { readonly request: string },
  permit: Permit,
): Promise<Verdict> {
  // Whatever way it goes, `exchange` asks.
  entrust(permit);
  const request = readRequest(target.request);
  const access = tokens.optionsFor(ownTokenOf(request));
  if (!access) return { evidence: 'not_applied', reason: ownTokenGone, environment: true };
  const id = randomUUID();
  return new Promise((resolve) => {
    passages.set(id, { kind: 'resend', target, permit, report: resolve });
    // Where the check was not passed, core knows that nothing was sent.
    const failed = (cause: unknown): void => resolve({ evidence: 'unknown', reason: 'client_failed', cause });
    client
      // The text is for the SDK alone, which prints a warning about a message without one.
      .apiCall(request.method, { ...access, [resendField]: id, text: 'resend' })
      .then(failed, failed)
      .finally(() => passages.delete(id));
  });
}

/** The error that the SDK makes of an answer. */
export async function answerThrough(
  client: SlackLike,
  { passages }: Pick<Desk, 'passages'>,
  response: WireResponse,
): Promise<unknown> {
  const id = randomUUID();
  passages.set(id, { kind: 'answer', response });
  try {
    await client.apiCall('api.test', { [resendField]: id });
    return new Error(`Slack answered ${response.status}`);
  } catch (error) {
    return error;
  } finally {
    passages.delete(id);
  }
}
