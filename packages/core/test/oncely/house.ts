import { isOncelyError, type ApprovalRule, type Effect, type MayDecide } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

import { pay } from './pay.ts';
import { openShop, type Shop, type TestOncely } from './vendor.ts';

export const slot = 'invoice_1:desk:refund';
export const hour = 3_600_000;

/** A Monday, noon in Berlin. */
export const noon = Date.UTC(2026, 5, 1, 10);

export interface House {
  readonly shop: Shop;
  readonly time: { now: number };
  readonly oncely: TestOncely;
  /** Another worker with the same rules. */
  readonly start: () => TestOncely;
  readonly ask: (amount?: number) => Promise<string>;
  readonly effect: () => Promise<Effect>;
  readonly approve: (by: string) => Promise<Effect>;
}

/** A shop whose payments a person approves, on a clock of the test. */
export function house(rule: ApprovalRule, mayDecide?: MayDecide): House {
  const time = { now: noon };
  const shop = openShop(memoryLedger({ now: () => time.now }));
  const start = (): TestOncely =>
    shop.start({
      approvals: { version: 1, operations: { 'shop.pay': rule }, ...(mayDecide === undefined ? {} : { mayDecide }) },
    });
  const oncely = start();
  const effect = async (): Promise<Effect> => (await oncely.effects.get(slot)) as Effect;
  return {
    shop,
    time,
    oncely,
    start,
    ask: async (amount = 1) => {
      const outcome = await pay(oncely, 'refund', { amount });
      return isOncelyError(outcome) ? outcome.message : 'paid';
    },
    effect,
    approve: async (by) => {
      const fingerprint = (await effect()).approval?.fingerprint ?? '';
      return oncely.effects.approve(slot, { by, fingerprint });
    },
  };
}
