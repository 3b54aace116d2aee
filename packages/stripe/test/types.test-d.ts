/** Compiled with all other tests by `tsc -b`: what a caller sees is the vendor's own, to the letter. */
import { createOncely, type Ledger } from '@oncely/core';
import { oncelyStripe, type StripeConfig, type StripeLike } from '@oncely/stripe';
import Stripe from 'stripe';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Does not compile unless it is given `true`. */
export type Holds<T extends true> = T;

declare const ledger: Ledger;

const one = createOncely({ ledger, clients: { stripe: oncelyStripe((config) => new Stripe('sk', config)) } });
const many = createOncely({
  ledger,
  clients: { stripe: oncelyStripe((config, account) => new Stripe(account, config), { accounts: 'many' }) },
});
const { stripe } = one.clients;
const inScope = one.scope({ businessId: 'b', workflowId: 'w' }, () =>
  one.effect('refund', () => stripe.refunds.create({ charge: 'ch_1' }, { idempotencyKey: 'x', stripeContext: 'y' })),
);
const raw = stripe.rawRequest('POST', '/v1/refunds', {}, { additionalHeaders: { a: 'b' } });
const paged = stripe.customers.list().autoPagingToArray({ limit: 3 });
const v2 = stripe.v2.core.eventDestinations.del('ed_1');
const event = stripe.webhooks.constructEvent('', '', '');

export type Tests = [
  Holds<Same<typeof stripe, Stripe>>,
  Holds<Same<typeof many.clients.stripe, (account: string) => Stripe>>,
  Holds<Same<Awaited<typeof inScope>, Stripe.Response<Stripe.Refund>>>,
  Holds<Same<Awaited<typeof inScope>['lastResponse'], Stripe.Response<Stripe.Refund>['lastResponse']>>,
  Holds<Same<typeof raw, ReturnType<Stripe['rawRequest']>>>,
  Holds<Same<Awaited<typeof paged>, Stripe.Customer[]>>,
  Holds<Same<Awaited<typeof v2>, Stripe.Response<Stripe.V2.DeletedObject>>>,
  Holds<Same<typeof event, Stripe.Event>>,
  // The configuration fits the SDK's own, with whatever the user adds.
  Holds<StripeConfig extends Pick<Stripe.StripeConfig, 'maxNetworkRetries'> ? true : false>,
  // What we ask of a client is less than any version of it has.
  Holds<Stripe extends StripeLike ? true : false>,
  Holds<Same<keyof StripeLike, 'rawRequest'>>,
];

/** A subclass of the user's own keeps its type. */
class Ours extends Stripe {
  readonly desk = 'refunds';
}
const own = createOncely({ ledger, clients: { stripe: oncelyStripe((config) => new Ours('sk', config)) } });
export type OwnTests = [Holds<Same<typeof own.clients.stripe, Ours>>];

export function notCompiled(): unknown[] {
  return [
    // @ts-expect-error -- there is no such charge parameter in the SDK either
    () => stripe.refunds.create({ chargee: 'ch_1' }),
    // @ts-expect-error -- one client is no function of an account
    () => one.clients.stripe('acct_1'),
    // @ts-expect-error -- many are
    () => many.clients.stripe.refunds,
    // @ts-expect-error -- a builder must give a Stripe
    () => oncelyStripe(() => ({ refunds: {} })),
    // @ts-expect-error -- the account is only given to a builder for many
    () => oncelyStripe((config, account: string) => new Stripe(account, config)),
  ];
}
