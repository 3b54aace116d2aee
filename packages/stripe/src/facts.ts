import type { Fact, WriteToSay } from '@oncely/core';
import { money } from '@oncely/core/adapter';

import { readerFor, type Read, type StripeLike } from './reader.ts';
import type { StripeRequest } from './request.ts';

interface Paid {
  readonly id?: string;
  readonly amount?: number;
  readonly amount_received?: number;
  readonly amount_captured?: number;
  readonly amount_refunded?: number;
  readonly currency?: string;
  readonly customer?: unknown;
  readonly latest_charge?: unknown;
  readonly status?: string;
  readonly email?: string | null;
  readonly name?: string | null;
}

/**
 * What Stripe says now of the objects that a write names: who the customer is, what was paid and given back of it. It
 * reads by the key of this process, in the account of the write.
 */
export async function factsOf(client: StripeLike, { operation, parameters }: WriteToSay): Promise<readonly Fact[]> {
  const account = parameters['$account'];
  const headers = typeof account === 'string' && account !== '' ? { 'stripe-account': account } : {};
  const read = readerFor(client, { headers } as unknown as StripeRequest, {});
  const facts: Fact[] = [];
  const charge = await chargeOf(read, parameters);
  if (charge) {
    const paid = charge.amount_captured ?? charge.amount_received ?? charge.amount ?? 0;
    const refunded = charge.amount_refunded ?? 0;
    facts.push(
      { name: `paid with ${charge.id}`, value: money(paid, charge.currency) },
      { name: 'given back before', value: money(refunded, charge.currency) },
    );
    if (operation === 'stripe.refunds.create') {
      const left = paid - refunded;
      const amount = Number(parameters['amount'] ?? left);
      const all = amount >= left ? 'all that is left' : `of ${money(left, charge.currency)} that are left`;
      facts.push({ name: 'this refund', value: `${money(amount, charge.currency)} (${all})` });
    }
  }
  const customer = idIn(parameters['customer']) ?? idIn(charge?.customer) ?? customerIn(parameters['$path']);
  if (customer !== undefined) {
    const { name, email } = (await read(`/v1/customers/${encodeURIComponent(customer)}`)) as Paid;
    facts.push({ name: `customer ${customer}`, value: [name, email].filter((each) => each).join(', ') || 'no name' });
  }
  return facts;
}

/** A charge has the refunds, an intent leads to it. */
async function chargeOf(read: Read, parameters: WriteToSay['parameters']): Promise<Paid | undefined> {
  const charge = idIn(parameters['charge']);
  if (charge !== undefined) return (await read(`/v1/charges/${encodeURIComponent(charge)}`)) as Paid;
  const id = idIn(parameters['payment_intent']);
  if (id === undefined) return undefined;
  const intent = (await read(`/v1/payment_intents/${encodeURIComponent(id)}`)) as Paid;
  const latest = idIn(intent.latest_charge);
  return latest === undefined ? intent : ((await read(`/v1/charges/${encodeURIComponent(latest)}`)) as Paid);
}

function idIn(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null ? (value as Paid).id : value;
  return typeof id === 'string' && /^\w+$/.test(id) ? id : undefined;
}

function customerIn(path: unknown): string | undefined {
  return typeof path === 'string' ? /^\/v1\/customers\/(\w+)/.exec(path)?.[1] : undefined;
}
