import { readTool, type Tool } from '@oncely/core/tools';
import { z } from 'zod';

import type { StripeForTools } from './client.ts';
import { idOf } from './fields.ts';

const limit = 20;
const listed = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<{ found: z.ZodArray<z.ZodObject<Shape>> }> =>
  z.object({ found: z.array(z.object(shape)) });
const money = { amount: z.number().describe('Minor units'), currency: z.string() };
const found = async (list: PromiseLike<{ readonly data: readonly unknown[] }>): Promise<{ found: unknown }> => ({
  found: (await list).data,
});
const customer = idOf('The customer', 'cus');

export function findCustomers(stripe: StripeForTools): Tool {
  return readTool({
    name: 'stripe_find_customers',
    title: 'Find customers',
    description: `Lists the customers with exactly this e-mail address, the newest ${limit}.`,
    inputSchema: z.object({ email: z.email() }),
    outputSchema: listed({ id: z.string(), email: z.string().nullable(), name: z.string().nullable() }),
    read: ({ email }) => found(stripe.customers.list({ email, limit })),
  });
}

export function listPayments(stripe: StripeForTools): Tool {
  return readTool({
    name: 'stripe_list_payments',
    title: "List a customer's payments",
    description: `Lists the newest ${limit} payments of a customer with their ids, amounts in minor units and states.`,
    inputSchema: z.object({ customer }),
    outputSchema: listed({ id: z.string(), ...money, status: z.string() }),
    read: (input) => found(stripe.paymentIntents.list({ customer: input.customer, limit })),
  });
}

export function listRefunds(stripe: StripeForTools): Tool {
  return readTool({
    name: 'stripe_list_refunds',
    title: 'List the refunds of a payment',
    description: `Lists the newest ${limit} refunds of a payment intent, whoever made them.`,
    inputSchema: z.object({ payment: idOf('The payment intent', 'pi') }),
    outputSchema: listed({ id: z.string(), ...money, status: z.string().nullable() }),
    read: ({ payment }) => found(stripe.refunds.list({ payment_intent: payment, limit })),
  });
}

export function getInvoice(stripe: StripeForTools): Tool {
  return readTool({
    name: 'stripe_get_invoice',
    title: 'Read an invoice',
    description: "Reads an invoice's state and total.",
    inputSchema: z.object({ invoice: idOf('The invoice', 'in') }),
    outputSchema: z.object({
      id: z.string(),
      status: z.string().nullable(),
      currency: z.string(),
      total: z.number().describe('Minor units'),
    }),
    read: ({ invoice }) => stripe.invoices.retrieve(invoice),
  });
}

export function listSubscriptions(stripe: StripeForTools): Tool {
  return readTool({
    name: 'stripe_list_subscriptions',
    title: "List a customer's subscriptions",
    description: `Lists the newest ${limit} subscriptions of a customer that are not cancelled.`,
    inputSchema: z.object({ customer }),
    outputSchema: listed({ id: z.string(), status: z.string(), cancel_at_period_end: z.boolean() }),
    read: (input) => found(stripe.subscriptions.list({ customer: input.customer, limit })),
  });
}
