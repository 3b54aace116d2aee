import { expect, it } from 'vitest';

import { ended, parsed, startProject } from './project.ts';

it('limits shows the use of each case, in a table and in JSON, in pages', async () => {
  const rule = { operations: 'stripe.refunds.create', sum: 'amount', by: 'currency', max: 5_000, per: 'case' } as const;
  const project = await startProject({ options: `limits: [${JSON.stringify(rule)}],` });
  const app = project.app({ limits: [rule] });
  expect(ended(await project.run('limits'), 0).out).toBe('no limit is used');
  await project.refund(app, 'invoice_1', { amount: 1_200 });
  await project.refund(app, 'invoice_2', { amount: 4_000 });
  expect(
    ended(await project.run('limits'), 0)
      .out.split('\n')
      .toSorted(),
  ).toEqual([
    '1200 of 5000  invoice_1  sum of amount of stripe.refunds.create per case, ever',
    '4000 of 5000  invoice_2  sum of amount of stripe.refunds.create per case, ever',
  ]);
  interface Page {
    readonly limits: readonly { readonly of: string; readonly left: number; readonly roomAt: null }[];
    readonly next: string | null;
  }
  const first = parsed<Page>(ended(await project.run('limits', '--limit', '1', '--json'), 0));
  const rest = parsed<Page>(
    ended(await project.run('limits', '--limit', '1', '--json', '--after', String(first.next)), 0),
  );
  expect(
    [...first.limits, ...rest.limits]
      .map(({ of, left, roomAt }) => [of, left, roomAt])
      .toSorted((one, other) => (String(one) < String(other) ? -1 : 1)),
  ).toEqual([
    ['invoice_1', 3_800, null],
    ['invoice_2', 1_000, null],
  ]);
  const alone = ended(await project.run('limits', '--ledger', `sqlite:${project.path}/effects.db`), 0).out;
  expect(alone).toContain(
    '1200 of 5000  invoice_1  sum of amount of stripe.refunds.create per case, ever (no rule here)',
  );
});
