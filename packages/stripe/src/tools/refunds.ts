import { effectTool, refusal, type Tool, type ToolBounds, type ToolRefusal } from '@oncely/core/tools';
import { z } from 'zod';

import type { StripeForTools } from './client.ts';
import { amount, currency, idIn, idOf, repeatable } from './fields.ts';

interface Payment {
  /** Stripe's own name of it: the payment intent, or the charge where there is none. */
  readonly id: string;
  readonly param: { readonly payment_intent: string } | { readonly charge: string };
  readonly currency: string;
}

interface RefundInput {
  readonly payment: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly reason?: string | null | undefined;
}

const payment = idOf('The payment intent or the charge', 'pi', 'ch', 'py');
const reason = z
  .enum(['duplicate', 'fraudulent', 'requested_by_customer'])
  .nullish()
  .describe('Only where the person gave one of these reasons');
const refunded = z.object({
  id: z.string(),
  payment: z.string(),
  amount: z.number().describe('Minor units'),
  currency: z.string(),
  status: z.string().nullable(),
});

/** A refund of a part, and one of all that is left: two ways to one effect, so that neither comes on top of the other. */
export function refundPartial(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return refund(stripe, bounds, {
    name: 'stripe_refund_partial',
    title: 'Refund a part of a payment',
    description:
      'Gives back a part of a payment to the customer: a stated amount in minor units, in the currency of the payment. A refund cannot be taken back. Made once for a payment in this case; a repeat is told what was done.',
    inputSchema: repeatable({ payment, amount, currency, reason }, bounds.maxOccurrence),
  });
}

export function refundFull(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return refund(stripe, bounds, {
    name: 'stripe_refund_full',
    title: 'Refund a payment',
    description:
      'Gives back to the customer all of a payment that is not refunded yet. A refund cannot be taken back. Made once for a payment in this case; a repeat is told what was done.',
    inputSchema: repeatable({ payment, reason }, bounds.maxOccurrence),
  });
}

function refund(
  stripe: StripeForTools,
  bounds: ToolBounds,
  about: { name: string; title: string; description: string; inputSchema: z.ZodType<RefundInput> },
): Tool {
  return effectTool({
    ...about,
    ...bounds,
    outputSchema: refunded,
    operation: 'stripe.refunds.create',
    effect: 'stripe_refund',
    resolve: (input) => paymentOf(stripe, input),
    identity: (_input, { id }) => ({ ids: { payment: id } }),
    perform: (input, { param }) =>
      stripe.refunds.create({
        ...param,
        ...(input.amount === undefined ? {} : { amount: input.amount }),
        ...(input.reason ? { reason: input.reason } : {}),
      }),
    output: (made, _input, { id }) => ({ ...made, payment: id }),
    say: (made) => `${made.amount} (minor units) ${made.currency} of ${made.payment} were refunded (${made.id})`,
  });
}

/** A charge and its payment intent are one payment. */
async function paymentOf(stripe: StripeForTools, input: RefundInput): Promise<Payment | ToolRefusal> {
  const isIntent = input.payment.startsWith('pi_');
  const read = isIntent ? stripe.paymentIntents.retrieve(input.payment) : stripe.charges.retrieve(input.payment);
  const found = (await read) as { readonly currency: string; readonly payment_intent?: unknown };
  const asked = input.currency?.toLowerCase();
  if (asked !== undefined && asked !== found.currency) {
    return refusal(`Nothing was sent: ${input.payment} was paid in ${found.currency}, not in ${asked}.`);
  }
  const intent = isIntent ? input.payment : idIn(found.payment_intent);
  if (intent !== null) return { id: intent, param: { payment_intent: intent }, currency: found.currency };
  return { id: input.payment, param: { charge: input.payment }, currency: found.currency };
}
