import { isOncelyError } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { join } from 'node:path';

import { chargeFees } from '../monthly-fee.ts';
import { openShop, type Shop } from '../shop.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

export const monthlyFeePlay: Play = (say) =>
  withVendors(async ({ stripe, at, folder }) => {
    const open = (more = {}): Shop => openShop({ ledger: sqliteLedger(join(folder, 'effects.db')), at, ...more });
    // It gives up early, as a job does whose time is bounded.
    const shop = open({ waitMs: 300 });
    const customers: string[] = [];
    for (const email of ['ann@customer.example', 'bob@customer.example', 'eve@customer.example']) {
      const { id } = await shop.oncely.scope({ businessId: email, workflowId: 'sign-up' }, () =>
        shop.oncely.effect('customer', () => shop.stripe.customers.create({ email })),
      );
      customers.push(id);
    }
    const fees = (): number => stripe.effects('invoiceitems.create').length;
    const run = async (period: string, machine: Shop): Promise<string> => {
      const outcome = await chargeFees(period, customers, machine).then(
        () => 'done',
        (error: unknown) => `ended (${isOncelyError(error) ? error.code : String(error)})`,
      );
      return `${period}: ${outcome}; fees at Stripe: ${fees()}`;
    };
    say('the run of November ends at the third customer: Stripe is down');
    stripe.fail({ kind: 'gateway_502', after: 'before_effect' }, { skip: 2, times: 100 });
    say(`  ${await run('2026-11', shop)}`);
    say('it is run again, by two machines at once');
    stripe.heal();
    const [one, two] = [open(), open()];
    for (const line of await Promise.all([run('2026-11', one), run('2026-11', two)])) say(`  ${line}`);
    say('December');
    say(`  ${await run('2026-12', two)}`);
    for (const each of [shop, one, two]) await each.oncely.close();
    return { fees: fees() };
  });
