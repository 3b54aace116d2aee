// oxlint-disable unicorn/no-thenable -- what a rule does then is a word, and nobody awaits it
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { startProcess, startWorld, type Process } from '../world.ts';
import { desk, errorOf, ofCharge, open, policy, refund, sent, type From } from './sources.ts';

describe('a value that must come from somewhere', () => {
  it('is sent where a look-up of this scope has said it', async () => {
    const world = await open();
    const process = world.start();
    await process.oncely.scope(desk, async () => {
      const { data } = await process.stripe.charges.list({ limit: 10 });
      await refund(process, { charge: data.find(({ amount }) => amount === 7_000)?.id, amount: 5 });
    });
    expect(sent(world)).toBe(1);
  });

  it('is refused where a model made it up, by its path, with what to do and without the value', async () => {
    const world = await open();
    const process = world.start();
    const error = await errorOf(() => process.oncely.scope(desk, () => refund(process, { charge: 'ch_1', amount: 5 })));
    expect(error).toMatchObject({ code: 'invalid_input', next: 'fix-input' });
    expect(error.message).toMatch(
      /must come from.*: charge\. Look it up first, and take charge from .* Nothing was sent\./,
    );
    expect(error.message).toMatch(/read the object at the vendor in this scope/);
    expect(error.message).not.toContain('ch_1');
    expect(sent(world)).toBe(0);
    expect(await process.oncely.effects.get('case_7:desk:refund')).toBeUndefined();
  });

  it('is sent after the refusal, once it was looked up', async () => {
    const world = await open();
    const process = world.start();
    await process.oncely.scope(desk, async () => {
      await errorOf(() => refund(process, { charge: 'ch_1', amount: 5 }));
      await process.stripe.charges.retrieve('ch_1');
      await refund(process, { charge: 'ch_1', amount: 5 });
    });
    expect(sent(world)).toBe(1);
  });

  it.each(['CH_1', 'ch_1 ', ' ch_1', 'ch_1\u200b', 'ch_'])('is another one where it is written %j', async (charge) => {
    const world = await open();
    const process = world.start();
    await process.oncely.scope(desk, async () => {
      await process.stripe.charges.retrieve('ch_1');
      await errorOf(() => refund(process, { charge, amount: 5 }));
    });
    expect(sent(world)).toBe(0);
  });

  it('is sent where the caller gave it, however deep', async () => {
    const world = await open({ paths: ['charge', 'amount', 'metadata.order'], then: 'refuse' });
    const process = world.start();
    const given = { order: { charges: ['ch_1'], amounts: { refund: 5 } }, number: 'A-17' };
    await process.oncely.scope({ ...desk, given }, async () => {
      const error = await errorOf(() => refund(process, { charge: 'ch_1', amount: 5, metadata: { order: 'A-18' } }));
      expect(error.message).toMatch(/elsewhere: metadata\.order\./);
      await refund(process, { charge: 'ch_1', amount: 5, metadata: { order: 'A-17' } });
    });
    expect(sent(world)).toBe(1);
  });

  it('is a number as a form sends it, and no other text of it', async () => {
    const world = await open({ paths: ['amount'], then: 'refuse' });
    const process = world.start();
    const refused = async (amount: unknown, given: Readonly<Record<string, unknown>>): Promise<void> => {
      await process.oncely.scope({ ...desk, given }, () => errorOf(() => refund(process, { charge: 'ch_1', amount })));
    };
    await refused('0700', { amount: 700 });
    await refused(700, { amount: '700.0' });
    await refused(700, { amount: true, sum: 7_000 });
    await process.oncely.scope({ ...desk, given: { amount: 700 } }, () =>
      refund(process, { charge: 'ch_1', amount: '700' }),
    );
    expect(sent(world)).toBe(1);
  });

  it('is what was given at the opening, whatever becomes of that object', async () => {
    const world = await open();
    const process = world.start();
    const given = { charge: 'ch_2' };
    await process.oncely.scope({ ...desk, given }, async () => {
      given.charge = 'ch_1';
      await errorOf(() => refund(process, { charge: 'ch_1', amount: 5 }));
    });
    expect(sent(world)).toBe(0);
  });

  it('is refused where another case has read it, and where a run of before has', async () => {
    const world = await open();
    const process = world.start();
    await process.oncely.scope({ ...desk, businessId: 'case_8' }, () => process.stripe.charges.retrieve('ch_1'));
    await process.oncely.scope(desk, () => process.stripe.charges.retrieve('ch_1'));
    await process.stripe.charges.retrieve('ch_1');
    await process.oncely.scope(desk, () => errorOf(() => refund(process, { charge: 'ch_1', amount: 5 })));
    await process.oncely.scope({ ...desk, businessId: 'case_8' }, async () => {
      await process.stripe.charges.retrieve('ch_1');
      await process.oncely.scope(desk, () => errorOf(() => refund(process, { charge: 'ch_1', amount: 5 })));
    });
    expect(sent(world)).toBe(0);
  });

  it('is known in a scope within one of the same case', async () => {
    const world = await open();
    const process = world.start();
    await process.oncely.scope(desk, async () => {
      await process.stripe.charges.retrieve('ch_1');
      await process.oncely.scope({ ...desk, workflowId: 'inner' }, () =>
        refund(process, { charge: 'ch_1', amount: 5 }),
      );
    });
    expect(sent(world)).toBe(1);
  });

  it('is not what the vendor only repeats, of an answer, a read or a no', async () => {
    const world = await open();
    const process = world.start();
    await process.oncely.scope(desk, async () => {
      const { oncely, stripe } = process;
      const made = await oncely.effect('customer', () => stripe.customers.create({ metadata: { note: 'ch_1' } }));
      await stripe.customers.retrieve(made.id);
      await stripe.charges.retrieve('ch_none').catch(() => undefined);
      await errorOf(() => refund(process, { charge: 'ch_1', amount: 5 }));
      await errorOf(() => refund(process, { charge: 'ch_none', amount: 5 }));
    });
    expect(sent(world)).toBe(0);
  });

  it('that is left out asks as well, unless the vendor takes that for nothing', async () => {
    const world = await open({ paths: ['charge', 'amount'], then: 'refuse' });
    const process = world.start();
    await process.oncely.scope({ ...desk, given: { charge: 'ch_1', intent: 'pi_1' } }, async () => {
      const all = await errorOf(() => refund(process, { charge: 'ch_1' }));
      expect(all.message).toContain('amount (absent)');
      const other = await errorOf(() => refund(process, { payment_intent: 'pi_other', amount: 5 }));
      expect(other.message).toContain('charge (absent), amount');
    });
    expect(sent(world)).toBe(0);
    const may = await open({ paths: ['charge', 'reason'], mayBeAbsent: ['reason'], then: 'refuse' });
    const lenient = may.start();
    await lenient.oncely.scope({ ...desk, given: { charge: 'ch_1' } }, () => refund(lenient, { charge: 'ch_1' }));
    expect(sent(may)).toBe(1);
  });

  it('is an id in the path as well', async () => {
    const world = await startWorld();
    const [one, other] = [await world.raw.customers.create(), await world.raw.customers.create()];
    const process = world.process({
      approvals: policy({ paths: ['$path'], then: 'refuse' }, {}, 'stripe.customers.*'),
    });
    const { oncely, stripe } = process;
    await oncely.scope(desk, async () => {
      await stripe.customers.retrieve(one.id);
      await errorOf(() => oncely.effect('other', () => stripe.customers.del(other.id)));
      await oncely.effect('one', () => stripe.customers.del(one.id));
    });
    expect(world.fake.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      `/v1/customers/${one.id}`,
    ]);
  });

  it('comes from a function of oncely.value only where the rule says so', async () => {
    const look = async (process: Process): Promise<void> => {
      const charge = await process.oncely.value('charge', () => 'ch_1');
      await refund(process, { charge, amount: 5 });
    };
    const strict = await open();
    const one = strict.start();
    await one.oncely.scope(desk, () => errorOf(() => look(one)));
    expect(sent(strict)).toBe(0);
    const world = await open({ ...ofCharge, from: ['value'] });
    for (const process of [world.start(), world.start()]) await process.oncely.scope(desk, () => look(process));
    expect(sent(world)).toBe(1);
  });

  it('is refused outside of any scope, observed or not', async () => {
    const world = await open();
    const { stripe } = world.process({ approvals: policy(ofCharge), unscoped: 'observe' });
    const error = await errorOf(() => stripe.refunds.create({ charge: 'ch_1', amount: 5 }));
    expect(error.code).toBe('unscoped');
    expect(sent(world)).toBe(0);
  });
});

describe('a rule', () => {
  const refusal = (mustComeFrom: unknown): unknown => {
    try {
      return startWorldless(mustComeFrom as From);
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each([
    [['charge'], 'must name paths'],
    [{ paths: [] }, 'must name paths'],
    [{ paths: ['charge..id'] }, 'must name paths'],
    [{ paths: ['charge', 'charge'] }, 'must name paths'],
    [{ paths: ['charge'], from: ['model'] }, 'mustComeFrom.from must be a list'],
    [{ paths: ['charge'], mayBeAbsent: ['amount'] }, "mayBeAbsent 'amount' is none of its paths"],
    [{ paths: ['charge'], then: 'pause' }, "then must be 'approve' or 'refuse'"],
    [{ paths: ['charge'], path: 'charge' }, 'mustComeFrom.path is no part of it'],
  ])('%j is refused at construction', (given, why) => {
    expect(refusal(given)).toContain(why);
  });

  it('leaves reads alone where there is none, and what the SDK is given where there is', async () => {
    const world = await open();
    const read = async (process: Process): Promise<unknown> =>
      process.oncely.scope(desk, () => process.stripe.charges.retrieve('ch_1'));
    const [plain, with_] = [await read(world.process()), await read(world.start())];
    const { lastResponse: _one, ...bare } = plain as { lastResponse: unknown };
    const { lastResponse: _other, ...traced } = with_ as { lastResponse: unknown };
    expect(traced).toEqual(bare);
  });
});

function startWorldless(rule: From): unknown {
  return startProcess({} as never, memoryLedger(), { approvals: policy(rule) });
}
