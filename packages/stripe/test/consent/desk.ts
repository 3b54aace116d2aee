import {
  createOncely,
  isOncelyError,
  type Adapter,
  type Effect,
  type Ledger,
  type Oncely,
  type OncelyOptions,
} from '@oncely/core';
import { oncelyStripe } from '@oncely/stripe';
import type { StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

import { addressOf, apiKey } from '../case.ts';

type Options = Partial<Omit<OncelyOptions<Record<never, never>>, 'ledger' | 'clients'>>;
type EffectOptions = Parameters<Oncely['effect']>[1] & object;
type StripeOncely = Oncely<{ readonly stripe: ReturnType<typeof adapter> }>;

function adapter(fake: StripeFake): Adapter<Stripe, 'one'> {
  return oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config }), { landingBoundMs: 1 });
}

/** What one worker asks of the refund. */
export interface Ask {
  readonly effect?: EffectOptions;
  readonly policy?: Options['approvals'];
  readonly twins?: Options['twins'];
  readonly workflowId?: string;
  /** Default: 900.00. `all`: the amount is left out, which gives all of the charge back. */
  readonly amount?: number | 'all';
  /** Dies right before its second write to this effect. */
  readonly dies?: true;
}

/** One refund of 900.00 that nobody has consented to, and all the workers that would like to make it. */
export interface Desk {
  readonly slot: string;
  call(ask: Ask): Promise<unknown>;
  submit(ask: Ask): Promise<unknown>;
  /** The same write, made by a generator or a stream that the effect gives. */
  generate(ask: Ask, how: 'generator' | 'stream'): Promise<unknown>;
  /** Outside of any scope, where that is observed. */
  unscoped(ask: Ask): Promise<unknown>;
  /** By a fresh process. */
  with<T>(ask: Ask, work: (oncely: StripeOncely, slot: string) => Promise<T>): Promise<T | string>;
  seen(): Promise<Effect | undefined>;
  /** How many refunds of this case the vendor has made. */
  sent(): number;
}

export function openDesk(fake: StripeFake, ledger: Ledger, businessId: string): Desk {
  const charge = `ch_${businessId}`;
  fake.seedCharge({ id: charge, amount: 900_00, currency: 'usd' });
  const slotOf = ({ workflowId = 'desk' }: Ask): string => `${businessId}:${workflowId}:refund`;

  const start = (ask: Ask, died: () => void): StripeOncely => {
    let writes = 0;
    const mortal: Ledger = {
      ...ledger,
      close: () => Promise.resolve(),
      write: (command) => {
        if (ask.dies && command.slot === slotOf(ask) && (writes += 1) > 1) {
          died();
          return new Promise(() => undefined);
        }
        return ledger.write(command);
      },
    };
    return createOncely({
      waitMs: 5_000,
      leaseMs: 200,
      drainOnSigterm: false,
      unscoped: 'observe',
      ...(ask.policy === undefined ? {} : { approvals: ask.policy }),
      ...(ask.twins === undefined ? {} : { twins: ask.twins }),
      ledger: mortal,
      clients: { stripe: adapter(fake) },
    });
  };
  const within = async <T>(ask: Ask, work: (oncely: StripeOncely) => Promise<T>): Promise<T | string> => {
    const dead = Promise.withResolvers<string>();
    const oncely = start(ask, () => dead.resolve('dead'));
    try {
      return await Promise.race([work(oncely), dead.promise]);
    } catch (error) {
      if (isOncelyError(error)) return error.code;
      return error instanceof Error ? error.message : String(error);
    } finally {
      if (!ask.dies) await oncely.close();
    }
  };
  const refund = (oncely: StripeOncely, { amount = 900_00 }: Ask): Promise<unknown> =>
    oncely.clients.stripe.refunds.create({ charge, ...(amount === 'all' ? {} : { amount }) });
  const scope = ({ workflowId = 'desk' }: Ask): { businessId: string; workflowId: string } => ({
    businessId,
    workflowId,
  });

  return {
    slot: slotOf({}),
    call: (ask) =>
      within(ask, (oncely) =>
        oncely.scope(scope(ask), () => oncely.effect('refund', ask.effect ?? {}, () => refund(oncely, ask))),
      ),
    submit: (ask) =>
      within(ask, (oncely) =>
        oncely.scope(scope(ask), () => oncely.submit('refund', ask.effect ?? {}, () => refund(oncely, ask))),
      ),
    generate: (ask, how) =>
      within(ask, (oncely) =>
        oncely.scope(scope(ask), async () => {
          const given: AsyncIterable<unknown> = oncely.effect('refund', ask.effect ?? {}, () => {
            const steps = (async function* () {
              yield await refund(oncely, ask);
            })();
            return how === 'generator' ? steps : ReadableStream.from(steps);
          });
          for await (const _step of given);
        }),
      ),
    unscoped: (ask) => within(ask, (oncely) => refund(oncely, ask)),
    with: (ask, work) => within(ask, (oncely) => work(oncely, slotOf(ask))),
    seen: async () => (await within({}, (oncely) => oncely.effects.get(slotOf({})))) as Effect | undefined,
    sent: () => fake.effects('refunds.create').filter(({ params }) => params['charge'] === charge).length,
  };
}
