import { describe, expect, it } from 'vitest';

import { desk, openShop } from './vendor.ts';

const order: { readonly id?: string } = {};

describe('ids that name nothing', () => {
  it.each([
    ['a value that is not there', `order_${order.id}`, 'undefined'],
    ['null', 'null', 'null'],
    ['a sum that is none', `tenant:${Number('x')}:2026`, 'NaN'],
    ['an object', 'order_[object Object]', 'object Object'],
    ['a date that is none', `payroll_${String(new Date('x'))}`, 'Invalid Date'],
    ['a value of a query that is not there', 'customer=undefined&order=7', 'undefined'],
    ['a method that was not called', `order_${String(() => 7)}`, 'code'],
    ['a function', `order_${String(Number)}`, 'code'],
    ['a template in quotes', ['order_$', '{order.id}'].join(''), 'template'],
    ['a template of a prompt', 'order_{{id}}', 'template'],
    ['a zero-width space', 'invoice_\u200b7', 'invisible'],
    ['an order of reading that is turned', 'invoice_\u202e7', 'invisible'],
    ['a line end', 'invoice_7\n', 'control character'],
    ['a NUL', 'invoice\u00007', 'control character'],
    ['a blank behind', 'invoice_7 ', 'blank'],
    ['a blank in front', '\u00a0invoice_7', 'blank'],
  ])('%s is refused wherever a name goes, and nothing is sent or stored', async (_what, id, said) => {
    const shop = openShop();
    const oncely = shop.start();
    const write = (name?: string): Promise<unknown> => oncely.clients.shop.write('refund', {}, name);
    const places: readonly (() => Promise<unknown>)[] = [
      () => oncely.scope({ ...desk, businessId: id }, () => oncely.effect('refund', () => write())),
      () => oncely.scope({ ...desk, businessId: id }, () => write()),
      () => oncely.scope({ ...desk, workflowId: id }, () => oncely.effect('refund', () => write())),
      () => oncely.scope({ ...desk, tenant: id }, () => oncely.effect('refund', () => write())),
      () => oncely.scope(desk, () => oncely.effect(id, () => write())),
      () => oncely.scope(desk, () => write(id)),
      () => oncely.scope(desk, () => oncely.submit(id, () => write())),
      () => oncely.scope(desk, () => oncely.value(id, () => 1)),
      () => oncely.scope({ ...desk, businessId: id }, () => oncely.value('amount', () => 1)),
    ];
    for (const place of places) {
      const error = await place().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'invalid_input', next: 'fix-code' });
      expect((error as Error).message).toMatch(/Nothing was sent/);
      expect((error as Error).message).toContain(said);
    }
    expect(shop.vendor.happened).toHaveLength(0);
    expect((await shop.ledger.list({ limit: 9 })).rows).toEqual([]);
  });

  it.each([
    'undefinedOrder',
    'nullable',
    'NaNo_1',
    'order 7',
    'Zoë:%/ 7',
    'annull_1',
    '{"a":null}',
    'INVALID DATE',
    'می\u200cخواهم',
    'the function of order 7 (a)',
    'malfunction (7)',
    'a>=7',
  ])('%s is a name', async (id) => {
    const shop = openShop();
    const oncely = shop.start();
    await oncely.scope({ ...desk, businessId: id }, () =>
      oncely.effect(id, () => oncely.clients.shop.write('refund', {})),
    );
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('are the same whether their accents are composed or not', async () => {
    const shop = openShop();
    const oncely = shop.start();
    for (const form of ['NFC', 'NFD'] as const) {
      const of = (text: string): string => text.normalize(form);
      await oncely.scope({ tenant: of('Zoë'), businessId: of('café_7'), workflowId: of('Rückgabe') }, async () => {
        await oncely.effect(of('prüfen'), () => oncely.clients.shop.write('refund', {}));
        await oncely.clients.shop.write('note', {}, of('é'));
        expect(await oncely.value(of('Größe'), () => form)).toBe('NFC');
      });
    }
    expect(shop.vendor.happened).toHaveLength(2);
  });
});

describe("a value's scope", () => {
  it('is the business case, as that of its effects, under slotScope business', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const of = (workflowId: string, slotScope?: 'business'): Promise<string> =>
      oncely.scope({ businessId: 'invoice_1', workflowId, ...(slotScope ? { slotScope } : {}) }, () =>
        oncely.value('price', () => workflowId),
      );
    expect(await of('desk', 'business')).toBe('desk');
    expect(await of('sweep', 'business')).toBe('desk');
    expect(await of('own')).toBe('own');
    // What an earlier version kept for the workflow stays what it is.
    expect(await of('own', 'business')).toBe('desk');
    expect(
      await oncely.scope({ businessId: 'invoice_2', workflowId: 'desk' }, () => oncely.value('price', () => 'kept')),
    ).toBe('kept');
    expect(
      await oncely.scope({ businessId: 'invoice_2', workflowId: 'desk', slotScope: 'business' }, () =>
        oncely.value('price', () => 'new'),
      ),
    ).toBe('kept');
  });
});

describe('unnamed writes with the very input of one that was made', () => {
  it('are refused in the scope, as a retry loop makes them, and replayed in the next run', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const loop = (): Promise<unknown> =>
      oncely.scope(desk, async () => {
        for (let tries = 0; tries < 3; tries += 1) {
          await oncely.clients.shop.write('refund', { charge: 'ch_1' });
        }
      });
    for (let runs = 0; runs < 2; runs += 1) {
      await expect(loop()).rejects.toMatchObject({
        code: 'parallel_unnamed',
        message: expect.stringMatching(/effect\('a-stable-name'.*occurrence: 2/s),
      });
    }
    expect(shop.vendor.happened).toHaveLength(1);
    await oncely.scope(desk, async () => {
      await oncely.clients.shop.write('refund', { charge: 'ch_1' });
      await oncely.clients.shop.write('refund', { charge: 'ch_2' });
    });
    expect(shop.vendor.happened).toHaveLength(2);
  });
});
