// oxlint-disable unicorn/no-thenable -- what a rule does then is a word, and nobody awaits it
import { describe, expect, it } from 'vitest';

import { startWorld, type Process } from '../world.ts';
import { desk, errorOf, ofCharge, open, policy, refund, sent } from './sources.ts';

describe('another process', () => {
  it('takes what the vendor called an effect of this case, and of no other', async () => {
    const world = await open({ paths: ['customer'], then: 'refuse' });
    const charged = (): Process =>
      world.process({ approvals: policy({ paths: ['customer'], then: 'refuse' }, {}, 'stripe.paymentIntents.create') });
    const [one, other] = [charged(), charged()];
    const { id } = await one.oncely.scope(desk, () =>
      one.oncely.effect('customer', () => one.stripe.customers.create()),
    );
    const pay = ({ oncely, stripe }: Process): Promise<unknown> =>
      oncely.effect('pay', () => stripe.paymentIntents.create({ amount: 5, currency: 'usd', customer: id }));
    const paid = (): number =>
      world.fake.effects().filter(({ operation }) => /payment_?intents\.create/i.test(operation)).length;
    for (const businessId of ['case_8', 'case_', 'case_77']) {
      await other.oncely.scope({ ...desk, businessId }, () => errorOf(() => pay(other)));
    }
    await other.oncely.scope({ ...desk, tenant: 'case_7' }, () => errorOf(() => pay(other)));
    expect(paid()).toBe(0);
    await other.oncely.scope({ ...desk, workflowId: 'later' }, () => pay(other));
    expect(paid()).toBe(1);
  });

  it('gives the outcome again, without reading and without a refusal', async () => {
    const world = await open();
    const one = world.start();
    await one.oncely.scope(desk, async () => {
      await one.stripe.charges.retrieve('ch_1');
      await refund(one, { charge: 'ch_1', amount: 5 });
    });
    const two = world.start();
    await two.oncely.scope(desk, () => refund(two, { charge: 'ch_1', amount: 5 }));
    expect(sent(world)).toBe(1);
  });

  it('finishes what was judged before its answer was lost, without a refusal', async () => {
    const world = await open();
    const one = world.process({ approvals: policy(ofCharge), maxAttempts: 1, waitMs: 100 });
    await one.oncely.scope(desk, async () => {
      await one.stripe.charges.retrieve('ch_1');
      world.fake.fail({ kind: 'reset_after_effect' });
      await errorOf(() => refund(one, { charge: 'ch_1', amount: 5 }));
    });
    const two = world.start();
    await two.oncely.scope(desk, () => errorOf(() => refund(two, { charge: 'ch_2', amount: 5 })));
    await two.oncely.scope(desk, () => refund(two, { charge: 'ch_1', amount: 5 }));
    expect(sent(world)).toBe(1);
  });
});

describe('several cases at once', () => {
  it('each know what they have read themselves', async () => {
    const world = await open();
    const process = world.start();
    const run = (own: string, other: string): Promise<string> =>
      process.oncely.scope({ ...desk, businessId: `case_${own}` }, async () => {
        await process.stripe.charges.retrieve(own);
        const error = await errorOf(() => refund(process, { charge: other, amount: 5 }, 'other'));
        await refund(process, { charge: own, amount: 5 });
        return error.code;
      });
    expect(await Promise.all([run('ch_1', 'ch_2'), run('ch_2', 'ch_1')])).toEqual(['invalid_input', 'invalid_input']);
    expect(sent(world)).toBe(2);
  });
});

describe('the verdict stands on the record', () => {
  it('of what was handed in, which recovery performs in another process', async () => {
    const world = await open();
    const one = world.start();
    const hand = (charge: string): Promise<unknown> =>
      one.oncely.submit('refund', () => one.stripe.refunds.create({ charge, amount: 5 }));
    await one.oncely.scope(desk, () => errorOf(() => hand('ch_1')));
    await one.oncely.recover();
    expect(sent(world)).toBe(0);
    await one.oncely.scope({ ...desk, given: { charge: 'ch_1' } }, () => hand('ch_1'));
    await world.start().oncely.recover();
    expect(sent(world)).toBe(1);
  });

  it('not of what was handed in before the rule was there: a person is asked', async () => {
    const world = await startWorld();
    const before = world.process();
    await before.oncely.scope(desk, () =>
      before.oncely.submit('refund', () => before.stripe.refunds.create({ charge: 'ch_1', amount: 5 })),
    );
    const after = world.process({ approvals: policy(ofCharge) });
    await after.oncely.recover();
    expect(sent(world)).toBe(0);
    expect(await after.oncely.effects.get('case_7:desk:refund')).toMatchObject({ state: 'awaiting_approval' });
  });

  it('of what a person was asked about, with the paths, until they have said yes', async () => {
    const world = await open({ paths: ['charge', 'amount'] }, { approvers: 2 });
    const process = world.start();
    const call = (): Promise<unknown> =>
      process.oncely.scope({ ...desk, given: { charge: 'ch_1' } }, () =>
        refund(process, { charge: 'ch_1', amount: 5 }),
      );
    expect(await errorOf(call)).toMatchObject({ code: 'approval_required' });
    const asked = await process.oncely.effects.get('case_7:desk:refund');
    expect(asked?.approval).toMatchObject({ untraced: ['amount'], approvers: 2 });
    await process.oncely.recover();
    await errorOf(call);
    expect(sent(world)).toBe(0);
    const fingerprint = asked?.approval?.fingerprint ?? '';
    for (const by of ['kim', 'lee']) {
      await process.oncely.effects.approve('case_7:desk:refund', { by, fingerprint });
    }
    await call();
    expect(sent(world)).toBe(1);
  });

  it('so that one who knows where it comes from does not unask what was asked', async () => {
    const world = await open({ paths: ['charge'] });
    const process = world.start();
    await process.oncely.scope(desk, () => errorOf(() => refund(process, { charge: 'ch_1', amount: 5 })));
    const call = (): Promise<unknown> =>
      process.oncely.scope({ ...desk, given: { charge: 'ch_1' } }, () =>
        refund(process, { charge: 'ch_1', amount: 5 }),
      );
    expect(await errorOf(call)).toMatchObject({ code: 'approval_required' });
    expect(sent(world)).toBe(0);
  });
});
