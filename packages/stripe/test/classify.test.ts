import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { classify, remembering } from '../src/classify.ts';

const error = (detail: object): string => JSON.stringify({ error: { message: 'no', ...detail } });
const stripes = { 'request-id': 'req_1' };
const replayed = { ...stripes, 'idempotent-replayed': 'true' };

describe('an answer of Stripe', () => {
  it.each<[string, number, Record<string, string>, string, object]>([
    [
      'an object',
      200,
      stripes,
      '{"id":"re_1","object":"refund"}',
      { evidence: 'accepted', vendorId: 're_1', remember: 'all' },
    ],
    ['no object', 200, {}, '{"status":"ok"}', { evidence: 'unknown', reason: 'unexpected_shape' }],
    ['a token of OAuth', 200, stripes, '{"access_token":"x"}', { evidence: 'accepted', remember: 'refetch' }],
    ['no JSON', 200, {}, '<html>', { evidence: 'unknown' }],
    ['JSON that is no object', 200, {}, 'null', { evidence: 'unknown' }],
    ['a declined card', 402, stripes, error({ code: 'card_declined' }), { evidence: 'rejected', speaksForKey: false }],
    ['a stored decline', 402, replayed, error({ code: 'card_declined' }), { evidence: 'rejected', speaksForKey: true }],
    [
      'a rate limit',
      429,
      { ...stripes, 'retry-after': '2' },
      error({}),
      { evidence: 'not_applied', retryAfterMs: 2_000 },
    ],
    ["a proxy's rate limit in the vendor's words", 429, {}, error({}), { evidence: 'unknown' }],
    ["a proxy's refusal", 403, {}, error({ code: 'forbidden' }), { evidence: 'unknown' }],
    ["a proxy's timeout", 408, {}, error({ code: 'timeout' }), { evidence: 'unknown', reason: 'http_408_not_stripe' }],
    ['a wrong key', 401, stripes, error({}), { evidence: 'not_applied', environment: true }],
    ['a missing right', 403, stripes, error({}), { evidence: 'not_applied', environment: true }],
    [
      'a key in use',
      409,
      stripes,
      error({ code: 'idempotency_key_in_use' }),
      { evidence: 'unknown', retryAfterMs: 500 },
    ],
    [
      'other bytes under the key',
      400,
      stripes,
      error({ type: 'idempotency_error' }),
      { evidence: 'unknown', keyBurned: true },
    ],
    ['a first 500', 500, stripes, error({ type: 'api_error' }), { evidence: 'unknown', reason: 'api_error' }],
    ['a stored 500', 500, replayed, error({ type: 'api_error' }), { evidence: 'unknown', keyBurned: true }],
    ['a redirect', 302, {}, error({}), { evidence: 'unknown' }],
    ["a proxy's timeout with an id", 408, stripes, error({}), { evidence: 'unknown' }],
    [
      'a decline without an id',
      402,
      {},
      error({ type: 'card_error', code: 'card_declined' }),
      { evidence: 'rejected' },
    ],
    [
      'a used code of OAuth',
      400,
      stripes,
      '{"error":"invalid_grant","error_description":"used"}',
      { evidence: 'rejected', reason: 'invalid_grant' },
    ],
    [
      'an unknown client of OAuth',
      401,
      stripes,
      '{"error":"invalid_client","error_description":"no"}',
      { evidence: 'not_applied', environment: true },
    ],
    [
      'a word of OAuth that is new',
      400,
      stripes,
      '{"error":"some_future_error","error_description":"new"}',
      { evidence: 'rejected', reason: 'some_future_error' },
    ],
    ["a gateway's description", 400, {}, '{"error":"other","error_description":"new"}', { evidence: 'unknown' }],
    ["a gateway's text", 400, stripes, '{"error":"Bad Request"}', { evidence: 'unknown' }],
    ['an empty error', 400, stripes, '{"error":""}', { evidence: 'unknown', reason: 'http_400_without_error' }],
    [
      'an empty balance',
      400,
      stripes,
      error({ type: 'invalid_request_error', code: 'balance_insufficient' }),
      { evidence: 'not_applied', environment: true, keyBurned: true, speaksForKey: false },
    ],
    [
      "an empty account of the card's",
      402,
      stripes,
      error({ type: 'card_error', code: 'insufficient_funds' }),
      { evidence: 'rejected' },
    ],
    [
      'a 503 with a pause as a date',
      503,
      { ...stripes, date: 'Wed, 21 Oct 2026 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2026 07:28:09 GMT' },
      error({ type: 'api_error' }),
      { evidence: 'unknown', retryAfterMs: 9_000 },
    ],
  ])('that is %s', (_name, status, headers, body, verdict) => {
    expect(classify({ status, headers, body }, 'POST')).toMatchObject(verdict);
  });

  it('that is a first 500 leaves the key good', () => {
    expect(classify({ status: 500, headers: stripes, body: error({}) }, 'POST')).not.toHaveProperty('keyBurned');
  });
});

describe('an error of v2 without a request id', () => {
  // The words that the SDK itself knows, read of it, so that a release with more of them turns this red.
  const words = [...String(Stripe.errors.generateV2Error).matchAll(/case '(\w+)'/g)].map(([, word]) => word!);
  const of = (detail: object, status = 400): unknown =>
    classify({ status, headers: {}, body: error(detail) }, 'POST', '/v2/money_management/outbound_payments');

  it('is the no that it is, for each word of the SDK', () => {
    expect(words.length).toBeGreaterThan(20);
    const doubted = words.filter((word) => {
      const detail = word === 'invalid_fields' ? { code: word } : { type: word };
      return (of(detail) as { evidence: string }).evidence === 'unknown';
    });
    // Another body stands under the key, so that the first of them may have been taken.
    expect(doubted).toEqual(['idempotency_error']);
  });

  it('is a no of now where time, funds or other credentials change it', () => {
    expect(of({ type: 'temporary_session_expired' })).toMatchObject({ evidence: 'not_applied', environment: true });
    expect(of({ type: 'insufficient_funds', code: 'outbound_payment_insufficient_funds' })).toMatchObject({
      evidence: 'not_applied',
      environment: true,
    });
    expect(of({ type: 'quota_exceeded' })).toMatchObject({ evidence: 'not_applied', environment: true });
    expect(of({ type: 'rate_limit' }, 429)).toMatchObject({ evidence: 'not_applied', retryAfterMs: 1_000 });
    expect(of({ type: 'already_canceled', code: 'outbound_payment_already_canceled' })).toMatchObject({
      evidence: 'rejected',
    });
  });

  it('proves nothing under a status that is no refusal', () => {
    for (const type of words) expect(of({ type }, 503)).toMatchObject({ evidence: 'unknown' });
  });
});

describe('what proves nothing', () => {
  it.each([
    [
      { status: 409, headers: stripes, body: error({ code: 'idempotency_key_in_use' }) },
      'Stripe answered 409 idempotency_key_in_use: "no" (request req_1)',
    ],
    [{ status: 418, headers: {}, body: error({ code: 'brand_new' }) }, 'Stripe answered 418 brand_new: "no"'],
    [{ status: 400, headers: {}, body: '{"error":"brand_new"}' }, 'Stripe answered 400 brand_new'],
    [{ status: 502, headers: {}, body: '<h1>Bad gateway</h1>' }, 'Stripe answered 502: "<h1>Bad gateway</h1>"'],
    [{ status: 200, headers: {}, body: '{"status":"ok"}' }, 'Stripe answered 200'],
  ])('is quoted', (response, message) => {
    expect(classify(response, 'POST')).toMatchObject({ evidence: 'unknown', cause: { message } });
  });
});

describe('an object with a secret', () => {
  it('is read again or, where it is shown once, not kept at all', () => {
    expect(remembering({ object: 'refund', id: 're_1' })).toBe('all');
    expect(remembering({ object: 'setup_intent', client_secret: 'x' })).toBe('refetch');
    expect(remembering({ object: 'setup_intent', client_secret: null })).toBe('all');
    expect(remembering({ object: 'subscription', latest_invoice: { payment_intent: { client_secret: 'x' } } })).toBe(
      'refetch',
    );
    expect(remembering({ object: 'webhook_endpoint', secret: 'whsec_x' })).toBe('never');
    expect(remembering({ object: 'ephemeral_key', secret: 'ek_x' })).toBe('never');
    expect(remembering({ object: 'webhook_endpoint', id: 'we_1' })).toBe('all');
    expect(remembering({ object: 'apps.secret', payload: 'x' })).toBe('never');
    expect(remembering({ object: 'account_link', url: 'https://connect.stripe.com/setup/x' })).toBe('never');
    expect(remembering({ object: 'v2.billing.meter_event_session', authentication_token: 'x' })).toBe('never');
    expect(remembering({ object: 'issuing.card', number: '4242', cvc: '123' })).toBe('refetch');
  });
});
