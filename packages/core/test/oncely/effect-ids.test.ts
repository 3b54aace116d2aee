import type { Effects } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { lost, openShop, type Shop, type TestOncely } from './vendor.ts';

const by = { by: 'ada' };
/** The slot of the first is, letter for letter, the key of the second. */
const both = 'acme:invoice:desk:v2';
const ofTenant = { tenant: 'acme', businessId: 'invoice', workflowId: 'desk' } as const;
const plain = { businessId: 'acme', workflowId: 'invoice' } as const;

async function opened(
  which: readonly ('step' | 'version')[],
  options: { readonly version?: number; readonly submit?: boolean } = {},
): Promise<{ shop: Shop; oncely: TestOncely }> {
  const shop = openShop();
  const oncely = shop.start();
  const make = (id: string, effect: { readonly version?: number }, fn: () => Promise<unknown>): Promise<unknown> =>
    options.submit === true ? oncely.submit(id, effect, fn) : oncely.effect(id, effect, fn);
  const { version = 2 } = options;
  if (which.includes('step'))
    await oncely.scope(ofTenant, () => make('v2', {}, () => oncely.clients.shop.write('step', { of: 'acme' })));
  if (which.includes('version'))
    await oncely.scope(plain, () => make('desk', { version }, () => oncely.clients.shop.write('version', {})));
  return { shop, oncely };
}

const calls: Readonly<Record<string, (effects: Effects, id: string) => Promise<unknown>>> = {
  get: (effects, id) => effects.get(id),
  history: (effects, id) => effects.history(id),
  resolve: (effects, id) => effects.resolve(id, { happened: false }, by),
  approve: (effects, id) => effects.approve(id, { ...by, fingerprint: 'f'.repeat(43) }),
  decline: (effects, id) => effects.decline(id, by),
  facts: (effects, id) => effects.facts(id),
  revoke: (effects, id) => effects.revoke(id, by),
  complete: (effects, id) => effects.complete(id),
  compensate: (effects, id) => effects.compensate(id, by),
  'compensate by hand': (effects, id) => effects.compensate(id, { ...by, byHand: true }),
  cancel: (effects, id) => effects.cancel(id, by),
  reopen: (effects, id) => effects.reopen(id, by),
  probeAgain: (effects, id) => effects.probeAgain(id, by),
};

describe('an effect that an operator names', () => {
  it.each(Object.entries(calls))(
    'by what is one slot and another key is refused, saying which they are: %s',
    async (_, call) => {
      const { shop, oncely } = await opened(['step', 'version'], { submit: true });
      await expect(call(oncely.effects, both)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/names two effects.*Nothing was done.*acme:invoice:desk:v2:v1/s),
      });
      expect(shop.vendor.happened).toHaveLength(0);
      expect((await oncely.effects.list()).effects.map(({ state }) => state)).toEqual(['ready', 'ready']);
    },
  );

  it('by a slot is that effect, where nothing has it as a key', async () => {
    const { oncely } = await opened(['step']);
    expect(await oncely.effects.get(both)).toMatchObject({ slot: both, operation: 'shop.step' });
    await oncely.scope(plain, () => oncely.effect('desk', () => oncely.clients.shop.write('version', {})));
    // In its first version it has no key of a second.
    expect(await oncely.effects.get(both)).toMatchObject({ slot: both, operation: 'shop.step' });
    expect(await oncely.effects.cancel(both, by).catch((error: unknown) => error)).toMatchObject({
      message: expect.stringContaining('acme:invoice:desk:v2:v1'),
    });
  });

  it('by a key of a version or generation that there was not yet is none', async () => {
    const { oncely } = await opened(['version'], { version: 1 });
    expect(await oncely.effects.get(both)).toBeUndefined();
    expect(await oncely.effects.get('acme:invoice:desk:v1:g2')).toBeUndefined();
    expect(await oncely.effects.get('acme:invoice:desk:v1')).toMatchObject({ operation: 'shop.version' });
    await expect(oncely.effects.compensate(both, by)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is performed and taken back for itself, whichever text names both', async () => {
    const { shop, oncely } = await opened(['step', 'version'], { submit: true });
    expect(await oncely.effects.complete(`${both}:v1`)).toMatchObject({ operation: 'shop.step', state: 'succeeded' });
    expect(await oncely.effects.compensate(`${both}:v1`, by)).toMatchObject({ state: 'compensated' });
    expect(await oncely.effects.complete('acme:invoice:desk')).toMatchObject({ operation: 'shop.version' });
    const contract = { ...plain, stepId: 'desk', logicVersion: 2 };
    expect(await oncely.effects.compensate(contract, by)).toMatchObject({ state: 'compensated' });
    expect(shop.vendor.happened.map(({ operation }) => operation)).toEqual([
      'shop.step',
      'shop.undo',
      'shop.version',
      'shop.undo',
    ]);
  });

  it('by its contract with a generation is refused where another stands', async () => {
    const { oncely } = await opened(['version'], { submit: true });
    const contract = { ...plain, stepId: 'desk', logicVersion: 2 };
    await expect(oncely.effects.cancel({ ...contract, generation: 2 }, by)).rejects.toThrow(/look at it again/);
    expect(await oncely.effects.cancel({ ...contract, generation: 1 }, by)).toMatchObject({ state: 'cancelled' });
  });

  it('is found by recovery under its own slot', async () => {
    const { shop, oncely } = await opened(['step', 'version']);
    shop.vendor.script.push(lost);
    await oncely
      .scope({ ...ofTenant, businessId: 'x' }, () =>
        oncely.effect('v2', () => oncely.clients.shop.write('step', { of: 'x' })),
      )
      .catch(() => {});
    await oncely.recover();
    expect((await oncely.effects.list()).effects.map(({ state }) => state)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
  });
});
