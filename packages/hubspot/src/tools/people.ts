import { effectTool, refusal, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { HubSpotForTools } from './client.ts';
import { given, idOf, lower, name, repeatable, shown } from './fields.ts';

const email = z.email().describe('Exactly as the person gave it, never guessed');
const domain = z
  .string()
  .regex(/^[^\s@/.]+(?:\.[^\s@/.]+)+$/)
  .describe('The domain of the company, such as shop.example');
const contact = z.object({
  id: z.string(),
  email: z.string().nullable(),
  firstname: z.string().nullable(),
  lastname: z.string().nullable(),
});
const company = z.object({ id: z.string(), name: z.string().nullable(), domain: z.string().nullable() });
const optional = name.nullish();

export function createContact(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_create_contact',
    title: 'Create a contact',
    description: 'Creates a contact by e-mail address, once for an address. Look for the contact first.',
    inputSchema: repeatable({ email, firstname: optional, lastname: optional, phone: optional }, 1),
    outputSchema: contact,
    annotations: { destructive: false, openWorld: false },
    operation: 'hubspot.crm.contacts.create',
    identity: (input) => ({ values: { email: input.email } }),
    perform: ({ email: address, firstname, lastname, phone }) =>
      hubspot.crm.contacts.basicApi.create({
        properties: given({ email: lower(address), firstname, lastname, phone }),
        associations: [],
      }),
    output: (made) => shown(made, 'email', 'firstname', 'lastname'),
    say: (made) => `the contact ${made.email ?? ''} is ${made.id}`,
  });
}

export function updateContact(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  const changes = (input: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => {
    const { email: address, firstname, lastname, phone, jobtitle } = input as Record<string, string | undefined>;
    return given({ email: address === undefined ? address : lower(address), firstname, lastname, phone, jobtitle });
  };
  return effectTool({
    ...bounds,
    name: 'hubspot_update_contact',
    title: 'Change a contact',
    description: 'Sets the given fields of a contact; what is left out stays. The same fields once in this case.',
    inputSchema: repeatable(
      {
        contact: idOf('contact'),
        email: email.nullish(),
        firstname: optional,
        lastname: optional,
        phone: optional,
        jobtitle: optional,
      },
      bounds.maxOccurrence,
    ),
    outputSchema: contact,
    annotations: { openWorld: false },
    operation: 'hubspot.crm.contacts.update',
    resolve: (input) =>
      Object.keys(changes(input)).length > 0 ? undefined : refusal('Nothing was sent: no field was given.'),
    identity: (input) => ({ ids: { contact: input.contact, fields: Object.keys(changes(input)).sort().join('+') } }),
    perform: (input) => hubspot.crm.contacts.basicApi.update(input.contact, { properties: changes(input) }),
    output: (made) => shown(made, 'email', 'firstname', 'lastname'),
    say: (made) => `the contact ${made.id} was changed`,
  });
}

export function createCompany(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_create_company',
    title: 'Create a company',
    description: 'Creates a company by domain, once for a domain in this case. Look for the company first.',
    inputSchema: repeatable({ domain, name, phone: optional, city: optional }, 1),
    outputSchema: company,
    annotations: { destructive: false, openWorld: false },
    operation: 'hubspot.crm.companies.create',
    wording: ['properties.name'],
    identity: (input) => ({ values: { domain: input.domain } }),
    perform: (input) =>
      hubspot.crm.companies.basicApi.create({
        properties: given({ domain: lower(input.domain), name: input.name, phone: input.phone, city: input.city }),
        associations: [],
      }),
    output: (made) => shown(made, 'name', 'domain'),
    say: (made) => `the company ${made.domain ?? ''} is ${made.id}`,
  });
}

export function updateCompany(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  const changes = (input: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => {
    const { name: called, phone, city } = input as Record<string, string | undefined>;
    return given({ name: called, phone, city });
  };
  return effectTool({
    ...bounds,
    name: 'hubspot_update_company',
    title: 'Change a company',
    description: 'Sets the given fields of a company; what is left out stays. The same fields once in this case.',
    inputSchema: repeatable(
      { company: idOf('company'), name: optional, phone: optional, city: optional },
      bounds.maxOccurrence,
    ),
    outputSchema: company,
    annotations: { openWorld: false },
    operation: 'hubspot.crm.companies.update',
    resolve: (input) =>
      Object.keys(changes(input)).length > 0 ? undefined : refusal('Nothing was sent: no field was given.'),
    identity: (input) => ({ ids: { company: input.company, fields: Object.keys(changes(input)).sort().join('+') } }),
    perform: (input) => hubspot.crm.companies.basicApi.update(input.company, { properties: changes(input) }),
    output: (made) => shown(made, 'name', 'domain'),
    say: (made) => `the company ${made.id} was changed`,
  });
}
