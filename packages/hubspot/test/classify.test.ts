import { ApiException } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { existingIdOf } from '@oncely/hubspot';
import { describe, expect, it } from 'vitest';

import { classify, isConflict, missesProperty } from '../src/classify.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const error = (more: object) => ({ status: 'error', message: 'm', correlationId: 'c', ...more });
const limit = (policyName: string, message = 'm') => error({ errorType: 'RATE_LIMIT', policyName, message });

describe('an answer of HubSpot', () => {
  it.each([
    [201, { id: '7' }, 'accepted'],
    [202, {}, 'accepted'],
    [204, '', 'accepted'],
    [207, { status: 'COMPLETE', results: [], numErrors: 1, errors: [{}] }, 'accepted'],
    [200, '<html>', 'unknown'],
    [200, '{"id":', 'unknown'],
    [301, '', 'unknown'],
    [307, {}, 'unknown'],
    [400, error({ category: 'VALIDATION_ERROR' }), 'rejected'],
    [404, error({ category: 'OBJECT_NOT_FOUND' }), 'rejected'],
    [409, error({ category: 'CONFLICT' }), 'rejected'],
    [400, { message: 'upstream' }, 'unknown'],
    [404, 'not found', 'unknown'],
    [409, {}, 'unknown'],
    [401, error({ category: 'INVALID_AUTHENTICATION' }), 'not_applied'],
    [403, error({ category: 'MISSING_SCOPES' }), 'not_applied'],
    [403, 'blocked by the firewall', 'unknown'],
    [423, error({ category: 'LOCKED' }), 'not_applied'],
    [429, limit('SECONDLY'), 'not_applied'],
    [429, 'Too Many Requests', 'unknown'],
    [429, { message: 'slow down' }, 'unknown'],
    [500, error({ category: 'INTERNAL_ERROR' }), 'unknown'],
    [502, '<html>', 'unknown'],
    [504, error({}), 'unknown'],
  ] as const)('%i %j proves: %s', (status, body, evidence) => {
    expect(classify(answer(status, body)).evidence).toBe(evidence);
  });

  it('is the environment where the token is at fault, and not a no to this input', () => {
    for (const status of [401, 403]) {
      expect(classify(answer(status, error({ category: 'MISSING_SCOPES' })))).toMatchObject({ environment: true });
    }
  });

  it.each([
    [limit('SECONDLY'), {}, 1_000],
    [limit('TEN_SECONDLY_ROLLING'), {}, 10_000],
    [limit('DAILY'), {}, 3_600_000],
    [limit('', 'You have reached your daily limit.'), {}, 3_600_000],
    [limit('TEN_SECONDLY_ROLLING'), { 'retry-after': '3' }, 3_000],
    [limit('DAILY'), { 'retry-after': '7200' }, 7_200_000],
    [limit('DAILY'), { 'retry-after': '999999999' }, 86_400_000],
  ])('of a limit %j %j waits %i ms', (body, headers, retryAfterMs) => {
    expect(classify(answer(429, body, headers as Record<string, string>))).toMatchObject({ retryAfterMs });
  });

  it('that shows a secret once is not kept', () => {
    expect(classify(answer(201, { id: '1', password: 'p' }), true)).toMatchObject({ remember: 'never' });
  });
});

it('a missing property of ours is told from any other refusal', () => {
  const missing = error({ category: 'VALIDATION_ERROR', message: 'Property "oncely_key" does not exist' });
  const listed = error({ errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['oncely_key'] } }] });
  const other = error({ message: 'Property "nonsense" does not exist' });
  expect([missing, listed, other].map((body) => missesProperty(answer(400, body), 'oncely_key'))).toEqual([
    true,
    true,
    false,
  ]);
});

it('conflicts of any shape are conflicts, and a refused value is none', () => {
  const shapes = [
    answer(409, error({ message: 'Contact already exists. Existing ID: 123' })),
    answer(400, error({ message: 'Cannot set PropertyValueCoordinates{...} on 2. 1 already has that value.' })),
    answer(400, error({ message: '[{"error":"CONFLICTING_UNIQUE_VALUE"}]' })),
  ];
  expect(shapes.map(isConflict)).toEqual([true, true, true]);
  expect(isConflict(answer(400, error({ message: 'Email address no is invalid' })))).toBe(false);
});

it.each([
  [error({ message: 'Contact already exists. Existing ID: 123' }), '123'],
  [error({ message: 'Cannot set PropertyValueCoordinates{portalId=1} on 2. 77 already has that value.' }), '77'],
  [error({ message: 'x', identityProfile: { vid: 5 } }), '5'],
  [error({ context: { existingObjectId: ['9'] } }), '9'],
  [error({ errors: [{ message: 'A contact already exists. Existing ID: 8' }] }), '8'],
  [error({ message: 'Email is invalid' }), undefined],
  ['no json', undefined],
  [null, undefined],
])('the object in the way is told from %j', (body, id) => {
  expect(existingIdOf(new ApiException(409, 'An error occurred.', body, {}))).toBe(id);
});
