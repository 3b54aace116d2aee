import { stripeTools } from '@oncely/stripe/tools';
import { describe, expect, it } from 'vitest';

import { casesOn, codeOf, editable, rules } from './edited-case.ts';
import { fourStores, storeNames } from './four-stores.ts';

const openCase = casesOn(fourStores('edited'));

const why = { by: 'ann', reason: 'half of it was delivered' };

describe.each(storeNames)('an edit of what waits, on %s', (store) => {
  it('sends the edited input once, to whoever performs it, and the original call gets its outcome', async () => {
    const { start, call, ask, sent, slot } = openCase(store);
    const agent = start();
    const fingerprint = await ask(agent);
    const desk = start();
    const seen: unknown[] = [];
    const approved = await desk.effects.approve(slot, { ...why, fingerprint, set: { amount: 500_00 } });
    seen.push(approved.approval?.state, sent().length);
    expect(seen).toEqual(['approved', 0]);
    expect(approved.approval?.fingerprint).not.toBe(fingerprint);
    expect(approved.edited).toMatchObject([
      { by: 'ann', reason: why.reason, paths: ['amount'], changes: [{ path: 'amount', from: '90000', to: '50000' }] },
    ]);
    expect(await call(start())).toMatchObject({ amount: 500_00, reason: 'duplicate' });
    // Later runs, of the original input and of the edited one, are given the same.
    expect(await call(start())).toMatchObject({ amount: 500_00 });
    expect(await call(start(), 500_00)).toMatchObject({ amount: 500_00 });
    expect(codeOf(await call(start(), 600_00).catch((error: unknown) => error))).toMatch(/^input_changed/);
    expect(sent()).toMatchObject([{ amount: '50000' }]);
    const events = (await desk.effects.history(slot)).map(({ event }) => event);
    expect(events.find(({ decision }) => decision === 'approve')).toMatchObject({
      by: 'ann',
      reason: why.reason,
      edited: { from: fingerprint, to: approved.approval?.fingerprint, paths: ['amount'] },
    });
    expect(JSON.stringify(events)).not.toContain('50000');
  });

  it.each(['perform', 'recover', 'complete', 'takeover'])('sends it once by %s, in a fresh process', async (how) => {
    const { start, call, ask, sent, slot } = openCase(store);
    const fingerprint = await ask(start());
    const edit = { ...why, fingerprint, set: { amount: 500_00 } };
    if (how === 'perform') await start().effects.approve(slot, { ...edit, perform: true });
    else await start().effects.approve(slot, edit);
    if (how === 'recover') await start().recover();
    if (how === 'complete') await start().effects.complete(slot);
    if (how === 'takeover') {
      // Killed between the vendor's answer and the record of it.
      void call(start({}, true)).catch(() => undefined);
      await expect.poll(() => sent().length).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(await call(start())).toMatchObject({ amount: 500_00 });
    expect(sent()).toMatchObject([{ amount: '50000' }]);
  });
});

describe('an edit of what waits', () => {
  const store = 'memory';

  it('is shown with its mode as before, and with nothing that the edit did not change', async () => {
    const { start, ask, slot } = openCase(store, {
      approvals: { version: 1, operations: { 'stripe.refunds.create': { editable, approvers: 2 } } },
    });
    const fingerprint = await ask(start());
    const { approval } = await start().effects.approve(slot, { ...why, fingerprint, set: { amount: 500_00 } });
    expect(approval?.preview).toMatchObject({
      $summary: expect.stringContaining('in test mode'),
      $mode: 'test',
    });
    expect(approval?.preview).toHaveProperty('$changed', { amount: { before: '90000', now: '50000' } });
  });

  it.each([
    ['a path that the policy does not name', { description: 'x' }, /description is not to be changed/],
    ['more than was asked for', { amount: 900_01 }, /at most what was asked for \(90000\)/],
    ['no amount at all', { amount: 'all' }, /at most/],
    ['an amount below nothing', { amount: -5 }, /above 0/],
    ['nothing', { amount: 0 }, /above 0/],
    ['a value that is not listed', { reason: 'fraudulent' }, /one of duplicate/],
    ['the path of the request', { $path: '/v1/charges' }, /concerns/],
    ['whose money it is', { charge: 'ch_other' }, /concerns/],
    ['another account', { $account: 'acct_2' }, /concerns/],
    ['our marker', { 'metadata.oncely_key': 'x' }, /concerns/],
    ['what it is already', { amount: 900_00 }, /stay as it is/],
    ['no change', {}, /names nothing/],
    ['a list', { amount: [1] }, /takes a text/],
  ])('refuses %s, and changes nothing', async (_what, set, said) => {
    const { start, ask, sent, slot } = openCase(store);
    const oncely = start();
    const fingerprint = await ask(oncely);
    const error = await oncely.effects
      .approve(slot, { ...why, fingerprint, set: set as never, perform: true })
      .catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toMatch(/^invalid_input/);
    expect(codeOf(error)).toMatch(said);
    expect((await oncely.effects.get(slot))?.approval).toMatchObject({ state: 'pending', fingerprint });
    expect(sent()).toEqual([]);
  });

  it('needs a reason, the fingerprint that was shown, and a policy that lets it be edited', async () => {
    const { start, ask, slot } = openCase(store);
    const oncely = start();
    const fingerprint = await ask(oncely);
    const approve = (of: object) =>
      oncely.effects.approve(slot, of as never).catch((thrown: unknown) => codeOf(thrown));
    expect(await approve({ by: 'ann', fingerprint, set: { amount: 5 } })).toMatch(/told why/);
    expect(await approve({ ...why, fingerprint: 'other', set: { amount: 5 } })).toMatch(/changed since it was shown/);
    const plain = openCase(store, { approvals: { version: 1, operations: { 'stripe.refunds.create': true } } });
    const other = plain.start();
    const shown = await plain.ask(other);
    const refused = await other.effects
      .approve(plain.slot, { ...why, fingerprint: shown, set: { amount: 5 } })
      .catch((thrown: unknown) => codeOf(thrown));
    expect(refused).toMatch(/amount is not to be changed/);
  });

  it('asks mayDecide with the edit, and what it refuses changes nothing', async () => {
    const asked: unknown[] = [];
    const mayDecide = (_actor: unknown, _effect: unknown, _decision: unknown, with_: { readonly edit?: unknown }) => {
      asked.push(with_.edit);
      return with_.edit === undefined;
    };
    const { start, ask, sent, slot } = openCase(store, { approvals: { ...rules, mayDecide } });
    const oncely = start();
    const fingerprint = await ask(oncely);
    const error = await oncely.effects
      .approve(slot, { ...why, fingerprint, set: { amount: 5 }, perform: true })
      .catch((thrown: unknown) => codeOf(thrown));
    expect(error).toMatch(/^not_allowed/);
    expect(asked).toMatchObject([{ changes: [{ path: 'amount', from: '90000', to: '5' }] }]);
    expect((await oncely.effects.get(slot))?.approval).toMatchObject({ state: 'pending', fingerprint });
    expect(sent()).toEqual([]);
  });

  it('is a question of its own where two must approve: the word on the input before counts no more', async () => {
    const approvals = { version: 1, operations: { 'stripe.refunds.create': { editable, approvers: 2 } } };
    const { start, ask, call, sent, slot } = openCase(store, { approvals });
    const oncely = start();
    const fingerprint = await ask(oncely);
    await oncely.effects.approve(slot, { by: 'bob', fingerprint });
    const edited = await oncely.effects.approve(slot, { ...why, fingerprint, set: { amount: 7_00 }, perform: true });
    expect(edited.approval).toMatchObject({ state: 'pending', approvedBy: ['ann'] });
    expect(edited.approval?.preview).toMatchObject({
      amount: '700',
      $changed: { amount: { before: '90000', now: '700' } },
    });
    const stale = await oncely.effects
      .approve(slot, { by: 'bob', fingerprint })
      .catch((thrown: unknown) => codeOf(thrown));
    expect(stale).toMatch(/changed since it was shown/);
    expect(codeOf(await call(start()).catch((thrown: unknown) => thrown))).toMatch(/^approval_required/);
    expect(sent()).toEqual([]);
    const shown = edited.approval?.fingerprint ?? '';
    await oncely.effects.approve(slot, { by: 'bob', fingerprint: shown, perform: true });
    expect(sent()).toMatchObject([{ amount: '700' }]);
  });

  it('asks for as many as the policy wants for the edited amount', async () => {
    const approvals = {
      version: 1,
      operations: {
        'stripe.refunds.create': { editable: { amount: { max: 2_000_00 } } },
        'stripe.refunds.*': { above: { amount: 900_00 }, approvers: 3 },
      },
    };
    const { start, ask, sent, slot } = openCase(store, { approvals });
    const oncely = start();
    const fingerprint = await ask(oncely);
    const edited = await oncely.effects.approve(slot, { ...why, fingerprint, set: { amount: 950_00 }, perform: true });
    expect(edited.approval).toMatchObject({ state: 'pending', approvers: 3, approvedBy: ['ann'] });
    expect(sent()).toEqual([]);
  });

  it.each(['the original call', 'recovery'])('I10: counts the edited amount against limits, by %s', async (how) => {
    const limits = [{ operations: 'stripe.refunds.create', sum: 'amount', max: 600_00, per: 'case' }] as const;
    const small = openCase(store, { limits });
    const fingerprint = await small.ask(small.start({ limits: [] }));
    await small.start().effects.approve(small.slot, { ...why, fingerprint, set: { amount: 600_00 } });
    if (how === 'recovery') await small.start().recover();
    expect(await small.call(small.start())).toMatchObject({ amount: 600_00 });
    const large = openCase(store, { limits });
    const shown = await large.ask(large.start({ limits: [] }));
    await large.start().effects.approve(large.slot, { ...why, fingerprint: shown, set: { amount: 600_01 } });
    if (how === 'recovery') await large.start().recover();
    expect(codeOf(await large.call(large.start()).catch((thrown: unknown) => thrown))).toMatch(/^limit_reached/);
    expect(large.sent()).toEqual([]);
  });

  it('is refused at construction where a rule lets whom it concerns be changed', () => {
    const { start } = openCase(store);
    const of = (path: string) => () =>
      start({ approvals: { version: 1, operations: { 'stripe.refunds.create': { editable: { [path]: true } } } } });
    expect(of('charge')).toThrow(/editable\['charge'\] says whom/);
    expect(of('transfer_data.destination')).toThrow(/says whom/);
    expect(of('$path')).toThrow(/no path/);
    expect(of('amount')).not.toThrow();
  });

  it('tells the model what was changed, by whom and why', async () => {
    const { start, charge, sent } = openCase(store);
    const oncely = start();
    const [tool] = stripeTools(oncely.clients.stripe, { allow: ['stripe_refund_partial'] });
    const run = () =>
      oncely.scope({ businessId: charge, workflowId: 'desk' }, () =>
        tool?.execute({ payment: charge, amount: 900_00, currency: 'usd', reason: 'duplicate' }),
      );
    await run();
    const { effects } = await oncely.effects.list({ approval: 'pending' });
    const waiting = effects.find(({ contract }) => contract.businessId === charge);
    if (!waiting) throw new Error('nothing waits');
    const fingerprint = waiting.approval?.fingerprint ?? '';
    await oncely.effects.approve(waiting.key, { ...why, fingerprint, set: { amount: 500_00 } });
    const result = await run();
    expect(result?.text).toContain('ann changed amount from "90000" to "50000" ("half of it was delivered")');
    expect((await run())?.text).toContain('ann changed amount');
    expect(sent()).toMatchObject([{ amount: '50000' }]);
  });

  it('ends with the input: after a decline, opened again, the original is asked for anew', async () => {
    const { start, ask, call, sent, slot } = openCase(store, {
      approvals: { version: 1, operations: { 'stripe.refunds.create': { editable, approvers: 2 } } },
    });
    const oncely = start();
    const fingerprint = await ask(oncely);
    await oncely.effects.approve(slot, { ...why, fingerprint, set: { amount: 5_00 } });
    await oncely.effects.decline(slot, { by: 'bob' });
    await oncely.effects.reopen(slot, { by: 'bob' });
    expect(codeOf(await call(start()).catch((thrown: unknown) => thrown))).toMatch(/^approval_required/);
    const again = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    expect(again).toBe(fingerprint);
    await oncely.effects.approve(slot, { by: 'ann', fingerprint: again });
    await oncely.effects.approve(slot, { by: 'bob', fingerprint: again, perform: true });
    expect(sent()).toMatchObject([{ amount: '90000' }]);
  });
});
