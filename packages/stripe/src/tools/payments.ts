import { effectTool, refusal, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { StripeForTools } from './client.ts';
import { amount, currency, idOf, repeatable } from './fields.ts';

const payment = idOf('The payment intent', 'pi');
const intent = z.object({ id: z.string(), status: z.string(), amount: z.number(), currency: z.string() });

export function cancelPayment(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_cancel_payment',
    title: 'Cancel a payment that was not made yet',
    description:
      'Cancels a payment intent that has not succeeded: what was only held on the card is let go. What was paid is refunded instead.',
    inputSchema: repeatable({ payment }, 1),
    outputSchema: intent,
    operation: 'stripe.paymentIntents.cancel',
    identity: (input) => ({ ids: { payment: input.payment } }),
    perform: (input) => stripe.paymentIntents.cancel(input.payment, {}),
    output: (made) => made,
    say: (made) => `${made.id} is ${made.status}`,
  });
}

export function capturePayment(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_capture_payment',
    title: 'Capture a held payment',
    description:
      'Takes money that is held on a card, the stated amount of it; the rest is let go. Only for a payment intent that waits for its capture.',
    inputSchema: repeatable({ payment, amount, currency }, 1),
    outputSchema: intent.extend({ amount_received: z.number() }),
    operation: 'stripe.paymentIntents.capture',
    resolve: async (input) => {
      const found = (await stripe.paymentIntents.retrieve(input.payment)) as { readonly currency: string };
      const asked = input.currency.toLowerCase();
      if (found.currency === asked) return undefined;
      return refusal(`Nothing was sent: ${input.payment} is in ${found.currency}, not in ${asked}.`);
    },
    identity: (input) => ({ ids: { payment: input.payment } }),
    perform: (input) => stripe.paymentIntents.capture(input.payment, { amount_to_capture: input.amount }),
    output: (made) => made,
    say: (made) => `${made.amount_received} (minor units) ${made.currency} of ${made.id} were captured`,
  });
}

const quantity = z.number().int().min(1).max(999_999).describe('How many of it, as the person said');

export function createPaymentLink(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_create_payment_link',
    title: 'Make a payment link',
    description: 'Makes a link with which anybody can pay an existing price. It stays open until it is switched off.',
    inputSchema: repeatable({ price: idOf('The price', 'price'), quantity }, bounds.maxOccurrence),
    outputSchema: z.object({ id: z.string(), url: z.string(), active: z.boolean() }),
    annotations: { destructive: false },
    operation: 'stripe.paymentLinks.create',
    identity: (input) => ({ ids: { price: input.price } }),
    perform: (input) => stripe.paymentLinks.create({ line_items: [{ price: input.price, quantity: input.quantity }] }),
    output: (made) => made,
    say: (made) => `the payment link is ${made.url} (${made.id})`,
  });
}
