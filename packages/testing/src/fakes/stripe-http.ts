import { json } from './http-fake.ts';
import type { Answer, FakeRequest } from './http-fake.ts';
import { errorBody, StripeFailure } from './stripe-failure.ts';
import type { KeyVerdict } from './stripe-keys.ts';
import type { StripeResult } from './stripe-objects.ts';

/** Writes the answers to one request, each with Stripe's headers. */
export interface Responder {
  readonly requestId: string;
  ok(result: StripeResult): Answer;
  error(status: number, message: string, detail?: Readonly<Record<string, unknown>>): Answer;
  refusal(failure: StripeFailure): Answer;
  /** A ready answer under this request's headers. */
  as(answer: Answer): Answer;
  /** What the key layer answers in place of an execution. */
  verdict(verdict: Exclude<KeyVerdict, { kind: 'new' }>, key: string): Answer;
}

export function createResponder(request: FakeRequest, requestId: string): Responder {
  const key = request.method === 'POST' ? header(request, 'idempotency-key') : undefined;
  const account = header(request, 'stripe-account');
  const own = {
    'request-id': requestId,
    'stripe-version': header(request, 'stripe-version') ?? '2026-01-01.fake',
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(account !== undefined && { 'stripe-account': account }),
  };
  const as = (answer: Answer): Answer => ({ ...answer, headers: { ...answer.headers, ...own } });
  const error: Responder['error'] = (status, message, detail) => json(status, errorBody(message, detail), own);

  return {
    requestId,
    ok: (result) => json(200, result, own),
    error,
    refusal: (failure) => error(failure.status, failure.message, failure.detail),
    as,
    verdict(verdict, usedKey) {
      switch (verdict.kind) {
        case 'replay': {
          const headers = {
            'content-type': 'application/json',
            'idempotent-replayed': 'true',
            'original-request': verdict.requestId,
          };
          return as({ status: verdict.status, headers, body: verdict.body });
        }
        case 'in_use':
          return error(409, `There is currently another in-progress request using this idempotency key: ${usedKey}.`, {
            code: 'idempotency_key_in_use',
          });
        case 'other_endpoint':
          return error(
            400,
            `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${verdict.endpoint}').`,
            { type: 'idempotency_error' },
          );
        case 'other_params':
          return error(
            400,
            'Keys for idempotent requests can only be used with the same parameters they were first used with.',
            { type: 'idempotency_error' },
          );
      }
    },
  };
}

/** Who calls, or what is wrong with the credentials. */
export type Caller =
  | { readonly kind: 'known'; readonly account: string; readonly livemode: boolean }
  | { readonly kind: 'refused'; readonly message: string };

export function authenticate(
  request: FakeRequest,
  platformAccount: string,
  apiKeys: Readonly<Record<string, string>> | undefined,
): Caller {
  const apiKey = /^Bearer (\S+)$/.exec(header(request, 'authorization') ?? '')?.[1];
  if (apiKey === undefined) return { kind: 'refused', message: 'You did not provide an API key.' };
  const isTestKey = /^[sr]k_test_\w+$/.test(apiKey);
  const account = apiKeys ? apiKeys[apiKey] : isTestKey ? platformAccount : undefined;
  if (account === undefined) return { kind: 'refused', message: `Invalid API Key provided: ${apiKey.slice(0, 8)}****` };
  return { kind: 'known', account, livemode: !isTestKey };
}

/** One header's value; empty counts as absent. */
export function header(request: FakeRequest, name: string): string | undefined {
  const value = request.headers[name];
  const single = Array.isArray(value) ? value[0] : value;
  return single === '' ? undefined : single;
}
