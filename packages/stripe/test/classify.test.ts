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
  ])('that is %s', (_name, status, headers, body, verdict) => {
    expect(classify({ status, headers, body }, 'POST')).toMatchObject(verdict);
  });

  it('that is a first 500 leaves the key good', () => {
    expect(classify({ status: 500, headers: stripes, body: error({}) }, 'POST')).not.toHaveProperty('keyBurned');
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
