import { expect, it } from 'vitest';

import { tell } from '../src/stories/tell.ts';

/** Of what starts a process, on a busy machine. */
const timeout = 60_000;

it.each([
  // Dan asked for it, and nobody knows Mallory.
  [
    'refund desk',
    'Refund 12000 (minor units) of ch_1',
    ['invalid_input', 'not_allowed', 'approval_required', 'limit_reached'],
    'SIGKILL',
  ],
  [
    'payout',
    'Pay out 80.00 USD to the default bank account',
    ['invalid_input', 'approval_required', 'limit_reached'],
    undefined,
  ],
  ['outbound mail', 'to eve@customer.example', ['invalid_input', 'not_allowed'], undefined],
])('%s: asked, refused to others, decided elsewhere, done once', { timeout }, async (name, shown, others, signal) => {
  const { refusals, preview, killedBy, ...counts } = await tell(name);
  expect(counts).toEqual({ asked: 0, afterOutsiders: 0, approved: 0, done: 1, afterLimit: 1 });
  expect(preview).toContain(shown);
  expect(refusals).toEqual(['approval_required', ...others]);
  expect(killedBy).toBe(signal);
});
