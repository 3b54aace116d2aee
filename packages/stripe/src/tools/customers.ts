import { effectTool, refusal, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { StripeForTools } from './client.ts';
import { idOf, repeatable } from './fields.ts';

const email = z.email().describe('Exactly as the person gave it, never guessed');
const customer = z.object({ id: z.string(), email: z.string().nullable(), name: z.string().nullable() });

export function createCustomer(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_create_customer',
    title: 'Create a customer',
    description:
      'Creates a customer by e-mail address, once for an address in this case. Look for the customer first: Stripe itself allows several with one address.',
    inputSchema: repeatable({ email, name: z.string().nullish() }, 1),
    outputSchema: customer,
    annotations: { destructive: false },
    operation: 'stripe.customers.create',
    identity: (input) => ({ values: { email: input.email } }),
    perform: (input) =>
      stripe.customers.create({
        email: input.email.trim().normalize('NFC').toLowerCase(),
        ...(input.name ? { name: input.name } : {}),
      }),
    output: (made) => made,
    say: (made) => `the customer ${made.email ?? ''} is ${made.id}`,
  });
}

export function updateCustomer(stripe: StripeForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'stripe_update_customer',
    title: 'Change a customer',
    description:
      "Changes a customer's e-mail address, name or phone number to what is given; what is left out stays. Each field once in this case.",
    inputSchema: repeatable(
      {
        customer: idOf('The customer', 'cus'),
        email: email.nullish(),
        name: z.string().nullish(),
        phone: z.string().nullish(),
      },
      bounds.maxOccurrence,
    ),
    outputSchema: customer,
    operation: 'stripe.customers.update',
    resolve: (input) =>
      Object.keys(changesOf(input)).length > 0
        ? undefined
        : refusal('Nothing was sent: neither e-mail address, name nor phone number was given.'),
    // Which fields, and not their values: setting one anew is told apart from setting it again.
    identity: (input) => ({
      ids: { customer: input.customer, fields: Object.keys(changesOf(input)).sort().join('+') },
    }),
    perform: (input) => stripe.customers.update(input.customer, changesOf(input)),
    output: (made) => made,
    say: (made) => `${made.id} was changed`,
  });
}

interface Changes {
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

function changesOf({ email: address, name, phone }: Changes): Readonly<Record<string, string>> {
  const given = { email: address?.trim().normalize('NFC').toLowerCase(), name, phone };
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
