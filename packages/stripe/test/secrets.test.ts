import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { remembering } from '../src/classify.ts';
import { entryNamed } from '../src/table.ts';
import { sdkMethods } from './sdk/methods.ts';
import { slot, startWorld } from './world.ts';

describe('what gives access to whoever holds it', () => {
  it('and cannot be read again is never kept: every such object of the SDK, by its types', async () => {
    const found: string[] = [];
    for (const { name, sent, result, declarations } of await sdkMethods()) {
      const entry = sent?.method === 'POST' ? entryNamed(name) : undefined;
      if (!entry || entry.get !== undefined) continue;
      const fields = declarations.interfaces.get(result) ?? [];
      const object = /^'(.+)'$/.exec(fields.find((field) => field.name === 'object')?.type ?? '')?.[1];
      const secret = fields.find((field) => /(^|_)secret$|^authentication_token$|^(redirect_)?url$/.test(field.name));
      if (object === undefined || !secret) continue;
      found.push(object);
      expect([object, remembering({ object, [secret.name]: 'x' })]).toEqual([object, 'never']);
    }
    expect(found.toSorted()).toEqual([
      'account_link',
      'account_session',
      'billing_portal.session',
      'customer_session',
      'ephemeral_key',
      'terminal.connection_token',
      'terminal.onboarding_link',
      'v2.billing.meter_event_session',
      'v2.core.account_link',
    ]);
  });

  it('and can be read is read again for a replay', () => {
    expect(remembering({ object: 'checkout.session', url: 'https://checkout.stripe.com/x' })).toBe('refetch');
    expect(remembering({ object: 'checkout.session', url: null })).toBe('all');
    expect(remembering({ object: 'file_link', url: 'https://files.stripe.com/links/x' })).toBe('refetch');
    expect(remembering({ object: 'apps.install', auth_code: 'x' })).toBe('refetch');
    // Addresses that are meant for everybody.
    expect(remembering({ object: 'payment_link', url: 'https://buy.stripe.com/x' })).toBe('all');
  });

  it('of the customer portal is in nothing that the ledger keeps', async () => {
    const { kept, raw, process } = await startWorld();
    const customer = (await raw.customers.create()).id;
    const open = (stripe: Stripe): Promise<Stripe.BillingPortal.Session> =>
      stripe.billingPortal.sessions.create({ customer });
    const { oncely, effect } = process();
    expect((await effect(open)).url).toMatch(/^https:\/\/billing\.stripe\.com\//);
    expect(await kept()).not.toContain('billing.stripe.com');
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded' });
    await expect(process().effect(open)).rejects.toMatchObject({ code: 'result_unavailable' });
  });

  it('of a checkout is read again, and in nothing that the ledger keeps', async () => {
    const { fake, kept, raw, process } = await startWorld();
    const { id: product } = await raw.products.create({ name: 'Tea' });
    const { id: price } = await raw.prices.create({ product, currency: 'usd', unit_amount: 500 });
    const open = (stripe: Stripe): Promise<Stripe.Checkout.Session> =>
      stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ price, quantity: 1 }] });
    const first = await process().effect(open);
    expect(await kept()).not.toContain('checkout.stripe.com');
    expect(await process().effect(open)).toEqual(first);
    expect(fake.effects('checkout.sessions.create')).toHaveLength(1);
  });
});
