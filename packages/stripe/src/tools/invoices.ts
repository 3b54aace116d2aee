import { effectTool, refusal, type Tool, type ToolBounds, type ToolRefusal } from '@oncely/core/tools';
import { z } from 'zod';

import type { StripeForTools } from './client.ts';
import { amount, currency, idIn, idOf, repeatable } from './fields.ts';

const invoice = idOf('The invoice', 'in');
const invoiced = z.object({
  id: z.string(),
  status: z.string().nullable(),
  currency: z.string(),
  total: z.number().describe('Minor units'),
});
const said = (made: z.infer<typeof invoiced>): string =>
  `the invoice ${made.id} is ${made.status ?? 'there'}, in total ${made.total} (minor units) ${made.currency}`;

export function createInvoice(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_create_invoice',
    title: 'Begin an invoice',
    description:
      'Begins a draft invoice without lines for a customer, once for a customer in this case. Lines are added to it, then it is finalized; a draft charges nobody.',
    inputSchema: repeatable(
      {
        customer: idOf('The customer', 'cus'),
        currency,
        days_until_due: z.number().int().min(1).max(365).describe('In how many days it is to be paid'),
      },
      bounds.maxOccurrence,
    ),
    outputSchema: invoiced,
    annotations: { destructive: false, openWorld: false },
    operation: 'stripe.invoices.create',
    identity: (input) => ({ ids: { customer: input.customer } }),
    perform: (input) =>
      stripe.invoices.create({
        customer: input.customer,
        currency: input.currency.toLowerCase(),
        collection_method: 'send_invoice',
        days_until_due: input.days_until_due,
        // What else waits for this customer is somebody else's to bill.
        pending_invoice_items_behavior: 'exclude',
      }),
    output: (made) => made,
    say: said,
  });
}

export function addInvoiceLine(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_add_invoice_line',
    title: 'Add a line to a draft invoice',
    description:
      'Adds one line to a draft invoice. Lines are numbered 1, 2, 3 in the order in which the person gave them; each number is added once.',
    inputSchema: repeatable(
      {
        invoice,
        line: z.number().int().min(1).max(250).describe('Which line of this invoice it is, from 1'),
        amount,
        currency,
        description: z.string().describe('What the customer reads'),
      },
      1,
    ),
    outputSchema: z.object({ id: z.string(), amount: z.number().describe('Minor units'), currency: z.string() }),
    annotations: { destructive: false, openWorld: false },
    operation: 'stripe.invoiceItems.create',
    resolve: async (input): Promise<{ readonly customer: string } | ToolRefusal> => {
      const found = (await stripe.invoices.retrieve(input.invoice)) as {
        readonly customer: unknown;
        readonly currency: string;
      };
      const asked = input.currency.toLowerCase();
      if (found.currency !== asked) {
        return refusal(`Nothing was sent: the invoice ${input.invoice} is in ${found.currency}, not in ${asked}.`);
      }
      const customer = idIn(found.customer);
      return customer === null ? refusal(`Nothing was sent: ${input.invoice} has no customer.`) : { customer };
    },
    identity: (input) => ({ ids: { invoice: input.invoice, line: input.line } }),
    perform: (input, { customer }) =>
      stripe.invoiceItems.create({
        customer,
        invoice: input.invoice,
        amount: input.amount,
        currency: input.currency.toLowerCase(),
        description: input.description,
      }),
    output: (made) => made,
    say: (made, input) =>
      `line ${input.line} of ${input.invoice} is ${made.amount} (minor units) ${made.currency} (${made.id})`,
  });
}

export function finalizeInvoice(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return transition(bounds, {
    name: 'stripe_finalize_invoice',
    title: 'Finalize an invoice',
    description: 'Makes a draft invoice binding: it gets its number, and its lines cannot be changed any more.',
    operation: 'stripe.invoices.finalizeInvoice',
    run: (id) => stripe.invoices.finalizeInvoice(id),
  });
}

export function sendInvoice(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return transition(bounds, {
    name: 'stripe_send_invoice',
    title: 'Send an invoice',
    description: 'Mails a finalized invoice to its customer, by Stripe, to the address that Stripe has. Once.',
    operation: 'stripe.invoices.sendInvoice',
    run: (id) => stripe.invoices.sendInvoice(id),
  });
}

export function voidInvoice(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return transition(bounds, {
    name: 'stripe_void_invoice',
    title: 'Void an invoice',
    description: 'Makes an open invoice void, as if it had never been due. It cannot be taken back.',
    operation: 'stripe.invoices.voidInvoice',
    run: (id) => stripe.invoices.voidInvoice(id),
  });
}

function transition(
  bounds: ToolBounds,
  {
    run,
    ...about
  }: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly operation: string;
    readonly run: (id: string) => PromiseLike<unknown>;
  },
): Tool {
  return effectTool({
    ...bounds,
    ...about,
    inputSchema: repeatable({ invoice }, 1),
    outputSchema: invoiced,
    identity: (input) => ({ ids: { invoice: input.invoice } }),
    perform: (input) => run(input.invoice),
    output: (made) => made,
    say: said,
  });
}
