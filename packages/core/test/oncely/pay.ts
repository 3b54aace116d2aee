import { isOncelyError, type LimitRule } from '@oncely/core';

import { desk, type Shop, type TestOncely } from './vendor.ts';

export const codeOf = (outcome: unknown): string | undefined => (isOncelyError(outcome) ? outcome.code : undefined);

/** One payment in the case of the desk, or how it failed. */
export const pay = (
  oncely: TestOncely,
  step: string,
  parameters: Record<string, unknown>,
  scope: { readonly businessId?: string; readonly workflowId?: string } = {},
): Promise<unknown> =>
  Promise.resolve(
    oncely.scope({ ...desk, ...scope }, () => oncely.effect(step, () => oncely.clients.shop.write('pay', parameters))),
  ).catch((error: unknown) => error);

export const perCase: LimitRule = { operations: 'shop.pay', sum: 'amount', max: 1000, per: 'case' };

/** What the vendor has paid. */
export function sumOf({ vendor }: Shop): number {
  return vendor.happened
    .filter(({ operation }) => operation === 'shop.pay')
    .reduce((sum, { parameters }) => sum + Number(parameters['amount'] ?? 0), 0);
}
