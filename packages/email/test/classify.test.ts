import { describe, expect, it } from 'vitest';

import { openAttempt } from '../src/attempt.ts';
import { classify } from '../src/classify.ts';

function error(code: string | undefined, responseCode?: number): Error {
  return Object.assign(new Error('it failed'), { code, ...(responseCode === undefined ? {} : { responseCode }) });
}

describe('what an error proves over SMTP', () => {
  it.each<[string, number | undefined, string, object]>([
    ['ECONNECTION', undefined, 'not_applied', {}],
    ['ESOCKET', undefined, 'not_applied', {}],
    ['ETIMEDOUT', undefined, 'not_applied', {}],
    ['EDNS', undefined, 'not_applied', {}],
    ['ETLS', 454, 'not_applied', {}],
    ['EPROTOCOL', 554, 'not_applied', {}],
    ['ECONFIG', undefined, 'not_applied', { environment: true }],
    ['EAUTH', 535, 'not_applied', { environment: true }],
    ['ENOAUTH', undefined, 'not_applied', { environment: true }],
    ['EENVELOPE', undefined, 'not_applied', { environment: true }],
    ['EENVELOPE', 530, 'not_applied', { environment: true }],
    ['EENVELOPE', 450, 'not_applied', { retryAfterMs: 60_000 }],
    ['EENVELOPE', 421, 'not_applied', { retryAfterMs: 1_000 }],
    ['EENVELOPE', 503, 'not_applied', { retryAfterMs: 1_000 }],
    ['EENVELOPE', 550, 'rejected', { reason: 'smtp_550' }],
    ['EABORT', undefined, 'not_applied', { environment: true }],
  ])('%s %s before the message: %s', (code, responseCode, evidence, more) => {
    expect(classify(error(code, responseCode), { begun: false, ended: false, kind: 'smtp' })).toMatchObject({
      evidence,
      ...more,
    });
  });

  it.each<[string | undefined, number | undefined, string]>([
    ['ECONNECTION', undefined, 'unknown'],
    ['ESOCKET', undefined, 'unknown'],
    ['ETIMEDOUT', undefined, 'unknown'],
    ['ESTREAM', undefined, 'unknown'],
    ['EABORT', undefined, 'unknown'],
    ['EMESSAGE', undefined, 'unknown'],
    ['EMESSAGE', 354, 'unknown'],
    [undefined, undefined, 'unknown'],
    // A last word before the line was closed, in a 421 that is no answer to the message.
    ['ECONNECTION', 421, 'unknown'],
    ['EMESSAGE', 421, 'not_applied'],
    ['EMESSAGE', 451, 'not_applied'],
    ['EMESSAGE', 503, 'not_applied'],
    ['EMESSAGE', 554, 'rejected'],
  ])('%s %s behind the first byte: %s', (code, responseCode, evidence) => {
    expect(classify(error(code, responseCode), { begun: true, ended: true, kind: 'smtp' }).evidence).toBe(evidence);
  });

  it('a last recipient refused for good beside one put off: not for good', () => {
    // As versions before 10.6 report it: by the reply to the last one.
    const mixed = Object.assign(error('EENVELOPE', 550), { rejectedErrors: [error('X', 450), error('X', 550)] });
    expect(classify(mixed, { begun: false, ended: false, kind: 'smtp' }).evidence).toBe('not_applied');
    const final = Object.assign(error('EENVELOPE', 550), { rejectedErrors: [error('X', 553), error('X', 550)] });
    expect(classify(final, { begun: false, ended: false, kind: 'smtp' }).evidence).toBe('rejected');
  });

  it.each(['EMESSAGE', 'EAUTH', 'EENVELOPE'])('%s of another transport proves nothing once it began', (code) => {
    expect(classify(error(code, 550), { begun: true, ended: true, kind: 'reader' }).evidence).toBe('unknown');
  });

  it('takes whatever is thrown', () => {
    expect(classify('no', { begun: true, ended: true, kind: 'smtp' })).toMatchObject({
      evidence: 'unknown',
      reason: 'no',
    });
  });
});

it('an attempt that was given up neither begins nor ends a message', () => {
  const attempt = openAttempt({} as never, { check: () => {}, remainingMs: () => 5_000 });
  attempt.abandon();
  expect(() => attempt.begin()).toThrow('given up');
  expect(() => attempt.complete()).toThrow('given up');
  expect(attempt.begun).toBe(false);
});
