import { readTool, type Tool } from '@oncely/core/tools';
import { z } from 'zod';

import type { HubSpotForTools } from './client.ts';
import { idOf, lower, shown } from './fields.ts';

const text = z.string().nullable();

export function findContact(hubspot: HubSpotForTools): Tool {
  return readTool({
    name: 'hubspot_find_contact',
    title: 'Find a contact',
    description: 'Reads the contact with exactly this e-mail address.',
    inputSchema: z.object({ email: z.email() }),
    outputSchema: z.object({ id: z.string(), email: text, firstname: text, lastname: text, phone: text }),
    read: async ({ email }) => {
      const fields = ['email', 'firstname', 'lastname', 'phone'];
      const found = await hubspot.crm.contacts.basicApi.getById(
        lower(email),
        fields,
        undefined,
        undefined,
        false,
        'email',
      );
      return shown(found, ...fields);
    },
  });
}

export function findCompanies(hubspot: HubSpotForTools): Tool {
  return readTool({
    name: 'hubspot_find_companies',
    title: 'Find companies',
    description: 'Lists up to ten companies with exactly this domain. What was made a moment ago may not show yet.',
    inputSchema: z.object({ domain: z.string() }),
    outputSchema: z.object({ found: z.array(z.object({ id: z.string(), name: text, domain: text })) }),
    read: async ({ domain }) => {
      const { results } = await hubspot.crm.companies.searchApi.doSearch({
        filterGroups: [{ filters: [{ propertyName: 'domain', operator: 'EQ', value: lower(domain) }] }],
        properties: ['name', 'domain'],
        sorts: [],
        limit: 10,
        after: '0',
      });
      return { found: results.map((each) => shown(each, 'name', 'domain')) };
    },
  });
}

export function getDeal(hubspot: HubSpotForTools): Tool {
  return readTool({
    name: 'hubspot_get_deal',
    title: 'Read a deal',
    description: 'Reads the name, pipeline, stage and amount of a deal.',
    inputSchema: z.object({ deal: idOf('deal') }),
    outputSchema: z.object({ id: z.string(), dealname: text, pipeline: text, dealstage: text, amount: text }),
    read: async ({ deal }) => {
      const fields = ['dealname', 'pipeline', 'dealstage', 'amount'];
      return shown(await hubspot.crm.deals.basicApi.getById(deal, fields), ...fields);
    },
  });
}

export function listPipelines(hubspot: HubSpotForTools): Tool {
  const named = { id: z.string(), label: z.string() };
  return readTool({
    name: 'hubspot_list_pipelines',
    title: 'List the pipelines',
    description: 'Lists the pipelines of deals or tickets and their stages, with the ids that other tools ask for.',
    inputSchema: z.object({ object_type: z.enum(['deals', 'tickets']) }),
    outputSchema: z.object({ found: z.array(z.object({ ...named, stages: z.array(z.object(named)) })) }),
    read: async (input) => ({ found: (await hubspot.crm.pipelines.pipelinesApi.getAll(input.object_type)).results }),
  });
}
