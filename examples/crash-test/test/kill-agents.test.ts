import { expect, it } from 'vitest';

import { killForgetfulAgent, killRefundAgent } from '../src/kill-agents.ts';

const timeout = 180_000;
/** Left to `npm run soak:examples`. */
const all = process.env['ONCELY_EXAMPLES'] === 'all';

it.runIf(all)('the refund agent refunds once, wherever it is killed', { timeout }, async () => {
  let table = '';
  const rows = await killRefundAgent((text) => (table = text));
  const points = ['before_claim', 'after_claim', 'before_send', 'after_check', 'answer_received', 'settled'];
  // A busy machine may need a second attempt, which comes to the same points again.
  expect(rows.map(({ death }) => death).filter((death) => !death.includes('#'))).toEqual([
    ...points.map((point) => `${point} of invoice_98342:refund-desk:refund`),
    'after effect 1',
    'after the agent returned',
  ]);
  for (const row of rows) expect(row).toMatchObject({ end: 'returned', counts: { refunds: 1 } });
  expect(table.split('\n').length).toBeGreaterThan(rows.length);
});

it.runIf(all)('the forgetful agent is found out, and the table says behind which death', { timeout }, async () => {
  let table = '';
  await expect(killForgetfulAgent((text) => (table = text))).rejects.toThrow(/deaths leave a wrong outcome/);
  expect(table).toMatch(/WRONG\s+after effect 2 .*messages: 2 instead of 1/);
  expect(table).toMatch(/ok\s+after effect 1 /);
});
