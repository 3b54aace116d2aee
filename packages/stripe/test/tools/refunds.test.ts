import { describe, expect, it } from 'vitest';

import { deskOver, openDesk } from './desk.ts';

const part = { payment: 'ch_1', amount: 500, currency: 'usd' };

describe('a refund that a model asks for', () => {
  it('happens once, whatever a re-prompted model mints and however it writes', async () => {
    const desk = await openDesk();
    const first = await desk.call('stripe_refund_partial', part, { toolCallId: 'call_1' });
    const again = await deskOver(desk.world).call(
      'stripe_refund_partial',
      { reason: null, currency: 'USD', amount: 500, payment: 'ch_1', occurrence: null },
      { toolCallId: 'call_2' },
    );
    expect(first).toMatchObject({ status: 'succeeded', output: { amount: 500, currency: 'usd', payment: 'ch_1' } });
    expect(again).toMatchObject({ status: 'already_done', output: first.output, id: first.id, at: first.at });
    expect(again.text).toContain(`Already done at ${first.at}`);
    expect(again.text).toContain('Nothing was sent now');
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('re-planned from 500 into 5,000 is explained and not made', async () => {
    const desk = await openDesk();
    const first = await desk.call('stripe_refund_partial', part);
    const planned = await desk.call('stripe_refund_partial', { ...part, amount: 5_000 });
    expect(planned).toMatchObject({ status: 'rejected', reason: 'input_changed', differs: ['amount'], id: first.id });
    expect(planned.text).toContain(`already done at ${first.at}`);
    expect(desk.world.fake.effects('refunds.create').map(({ params }) => params['amount'])).toEqual(['500']);
  });

  it('of a part does not come on top by the way of the whole, nor the whole on top of a part', async () => {
    const desk = await openDesk();
    await desk.call('stripe_refund_partial', part);
    expect(await desk.call('stripe_refund_full', { payment: 'ch_1' })).toMatchObject({ reason: 'input_changed' });
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('that Stripe refused may be corrected', async () => {
    const desk = await openDesk();
    const refused = await desk.call('stripe_refund_partial', { ...part, amount: 60_000 });
    expect(refused).toMatchObject({ status: 'rejected', reason: 'refused_by_vendor' });
    expect(refused.text).toContain('greater than unrefunded amount');
    expect(await desk.call('stripe_refund_partial', { ...part, amount: 60_000 })).toMatchObject({
      reason: 'refused_by_vendor',
    });
    expect(await desk.call('stripe_refund_partial', part)).toMatchObject({ status: 'succeeded' });
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('asked for twice as such happens twice, and each of them once', async () => {
    const desk = await openDesk();
    const both = (): Promise<unknown> =>
      desk.inScope(() =>
        Promise.all([
          desk.tools.get('stripe_refund_partial')?.execute(part),
          desk.tools.get('stripe_refund_partial')?.execute({ ...part, amount: 700, occurrence: 2 }),
        ]),
      );
    expect(await both()).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect(await both()).toMatchObject([{ status: 'already_done' }, { status: 'already_done' }]);
    expect(desk.world.fake.effects('refunds.create').map(({ params }) => params['amount'])).toEqual(['500', '700']);
  });

  it('raised by the model beyond the policy, or before its turn, is refused', async () => {
    const desk = await openDesk({ maxOccurrence: 2 });
    const early = await desk.call('stripe_refund_partial', { ...part, occurrence: 2 });
    expect(early).toMatchObject({ status: 'rejected' });
    expect(early.text).toContain('the one before it was never asked for');
    await desk.call('stripe_refund_partial', part);
    await desk.call('stripe_refund_partial', { ...part, occurrence: 2 });
    const beyond = await desk.call('stripe_refund_partial', { ...part, occurrence: 3 });
    expect(beyond).toMatchObject({ status: 'rejected', reason: 'occurrence' });
    expect(beyond.text).toContain('at most 2 times');
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(2);
  });

  it('in doubt is not sent as a further occurrence, nor by another tool', async () => {
    const desk = await openDesk();
    const { fake } = desk.world;
    const isRefund = ({ path }: { path: string }): boolean => path === '/v1/refunds';
    // Every answer is lost, that to a look too, until this caller's time is over.
    fake.fail({ kind: 'gateway_502', after: 'after_effect' }, { times: 100, match: isRefund });
    const open = await desk.call('stripe_refund_partial', part);
    expect(open).toMatchObject({ status: 'unknown' });
    expect(open.text).toMatch(/not known yet.*Do not try it in another way/);
    expect(await desk.call('stripe_refund_partial', { ...part, occurrence: 2 })).toMatchObject({ status: 'rejected' });
    const whole = await desk.call('stripe_refund_full', { payment: 'ch_1' });
    expect(whole).toMatchObject({ status: 'rejected', reason: 'input_changed' });
    expect(whole.text).toContain('may still happen');
    fake.heal();
    expect(await desk.call('stripe_refund_partial', part)).toMatchObject({ output: { amount: 500 } });
    expect(fake.effects('refunds.create')).toHaveLength(1);
  });

  it('twice in parallel in one response is one, and the second is told so', async () => {
    const desk = await openDesk();
    const one = (): unknown => desk.tools.get('stripe_refund_partial')?.execute(part);
    const results = await desk.inScope(() => Promise.all([one(), one()]));
    expect(results.map((result) => (result as { status: string }).status).sort()).toEqual([
      'already_done',
      'succeeded',
    ]);
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('by its charge and by its payment intent is one', async () => {
    const desk = await openDesk();
    const paid = await desk.world.raw.paymentIntents.create({
      amount: 2_000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    await desk.call('stripe_refund_partial', { ...part, payment: paid.id });
    const again = await desk.call('stripe_refund_partial', { ...part, payment: paid.latest_charge as string });
    expect(again).toMatchObject({ status: 'already_done', output: { payment: paid.id } });
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('in another currency, of an unknown payment or of no amount is told, and not sent', async () => {
    const desk = await openDesk();
    const foreign = await desk.call('stripe_refund_partial', { ...part, currency: 'EUR' });
    expect(foreign.text).toContain('was paid in usd, not in eur');
    expect(await desk.call('stripe_refund_partial', { ...part, payment: 'ch_2' })).toMatchObject({
      reason: 'not_sent',
    });
    const invalid = await desk.call('stripe_refund_partial', { payment: 'ch_1', currency: 'usd' });
    expect(invalid).toMatchObject({ status: 'rejected', reason: 'invalid_input' });
    expect(invalid.text).toContain('amount');
    expect(desk.world.fake.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('waits for a person where the policy asks, and the same call does it afterwards', async () => {
    const desk = await openDesk({ approval: { stripe_refund_partial: 'required' } });
    const pending = await desk.call('stripe_refund_partial', part);
    expect(pending).toMatchObject({ status: 'pending_approval' });
    expect(pending.text).toContain('A person has to approve exactly this first (asked at 20');
    const { effects } = desk.process.oncely;
    await effects.approve(pending.effect ?? '', { by: 'paula', fingerprint: pending.approval ?? '' });
    const done = await desk.call('stripe_refund_partial', part, { toolCallId: 'after the approval' });
    expect(done).toMatchObject({ status: 'succeeded', output: { amount: 500 } });
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('of another amount than was approved waits anew', async () => {
    const desk = await openDesk({ approval: { stripe_refund_partial: 'required' } });
    const pending = await desk.call('stripe_refund_partial', part);
    const { effects } = desk.process.oncely;
    await effects.approve(pending.effect ?? '', { by: 'paula', fingerprint: pending.approval ?? '' });
    expect(await desk.call('stripe_refund_partial', { ...part, amount: 5_000 })).toMatchObject({
      status: 'pending_approval',
    });
    expect(desk.world.fake.effects('refunds.create')).toHaveLength(0);
  });

  it('with a key that may not refund is told as nothing that other input mends', async () => {
    const desk = await openDesk();
    desk.world.fake.fail({ kind: 'status', status: 403, after: 'before_effect' });
    const refused = await desk.call('stripe_refund_partial', part);
    expect(refused).toMatchObject({ status: 'rejected', reason: 'not_sent' });
    expect(await desk.call('stripe_refund_partial', part)).toMatchObject({ status: 'succeeded' });
  });

  it('outside of a scope is refused as any other write', async () => {
    const desk = await openDesk();
    const outside = desk.tools.get('stripe_refund_partial')?.execute(part);
    await expect(outside).rejects.toMatchObject({ code: 'unscoped' });
    expect(desk.world.fake.requests).toEqual([]);
  });
});
