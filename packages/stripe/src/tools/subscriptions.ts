import { effectTool, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { StripeForTools } from './client.ts';
import { idOf, repeatable } from './fields.ts';

const subscription = z.object({
  id: z.string(),
  status: z.string(),
  cancel_at_period_end: z.boolean(),
});

export function createSubscription(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_create_subscription',
    title: 'Subscribe a customer',
    description:
      'Subscribes a customer to an existing recurring price, billed by invoice. Once for a customer and a price in this case.',
    inputSchema: repeatable(
      {
        customer: idOf('The customer', 'cus'),
        price: idOf('The price', 'price'),
        quantity: z.number().int().min(1).max(999_999).describe('How many of it, as the person said'),
        days_until_due: z.number().int().min(1).max(365).describe('In how many days each invoice is to be paid'),
      },
      bounds.maxOccurrence,
    ),
    outputSchema: subscription,
    annotations: { destructive: false },
    operation: 'stripe.subscriptions.create',
    identity: (input) => ({ ids: { customer: input.customer, price: input.price } }),
    perform: (input) =>
      stripe.subscriptions.create({
        customer: input.customer,
        items: [{ price: input.price, quantity: input.quantity }],
        collection_method: 'send_invoice',
        days_until_due: input.days_until_due,
      }),
    output: (made) => made,
    say: (made, input) => `${input.customer} is subscribed to ${input.price} (${made.id})`,
  });
}

export function cancelSubscription(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_cancel_subscription',
    title: 'Cancel a subscription',
    description:
      'Cancels a subscription, now or at the end of the period that is paid for, as the person said. Once: from one of the two to the other a person has to decide.',
    inputSchema: repeatable({ subscription: idOf('The subscription', 'sub'), when: z.enum(['now', 'period_end']) }, 1),
    outputSchema: subscription,
    operation: ['stripe.subscriptions.cancel', 'stripe.subscriptions.update'],
    identity: (input) => ({ ids: { subscription: input.subscription } }),
    perform: (input) =>
      input.when === 'now'
        ? stripe.subscriptions.cancel(input.subscription)
        : stripe.subscriptions.update(input.subscription, { cancel_at_period_end: true }),
    output: (made) => made,
    say: (made) =>
      made.status === 'canceled' ? `${made.id} is cancelled` : `${made.id} ends with the period that is paid for`,
  });
}
