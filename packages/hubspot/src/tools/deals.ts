import { effectTool, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { HubSpotForTools } from './client.ts';
import {
  amount,
  associated,
  currency,
  idOf,
  inMajorUnits,
  name,
  pipeline,
  repeatable,
  shown,
  stage,
} from './fields.ts';

const deal = z.object({
  id: z.string(),
  dealname: z.string().nullable(),
  dealstage: z.string().nullable(),
  amount: z.string().nullable().describe("As HubSpot writes it, in the currency's major unit"),
});
const fields = ['dealname', 'dealstage', 'amount'] as const;

export function createDeal(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_create_deal',
    title: 'Create a deal',
    description: 'Creates a deal of a contact in a pipeline, once for the two in this case, whatever it is called.',
    inputSchema: repeatable(
      { contact: idOf('contact'), name, pipeline, stage, amount, currency },
      bounds.maxOccurrence,
    ),
    outputSchema: deal,
    annotations: { destructive: false, openWorld: false },
    operation: 'hubspot.crm.deals.create',
    wording: ['properties.dealname'],
    identity: (input) => ({ ids: { contact: input.contact, pipeline: input.pipeline } }),
    perform: (input) =>
      hubspot.crm.deals.basicApi.create({
        properties: {
          dealname: input.name,
          pipeline: input.pipeline,
          dealstage: input.stage,
          amount: inMajorUnits(input.amount, input.currency),
          deal_currency_code: input.currency.toUpperCase(),
        },
        associations: associated('deals', 'contacts', input.contact),
      }),
    output: (made) => shown(made, ...fields),
    say: (made) => `the deal "${made.dealname ?? ''}" is ${made.id}`,
  });
}

export function setDealStage(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_set_deal_stage',
    title: 'Move a deal to a stage',
    description: 'Moves a deal to a stage of its pipeline, once for a deal in this case.',
    inputSchema: repeatable({ deal: idOf('deal'), stage }, bounds.maxOccurrence),
    outputSchema: deal,
    annotations: { openWorld: false },
    operation: 'hubspot.crm.deals.update',
    identity: (input) => ({ ids: { deal: input.deal } }),
    perform: (input) => hubspot.crm.deals.basicApi.update(input.deal, { properties: { dealstage: input.stage } }),
    output: (made) => shown(made, ...fields),
    say: (made) => `the deal ${made.id} is at ${made.dealstage ?? 'its stage'}`,
  });
}

export function setDealAmount(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_set_deal_amount',
    title: 'Set the amount of a deal',
    description: 'Sets what a deal is worth, with its currency, once for a deal in this case.',
    inputSchema: repeatable({ deal: idOf('deal'), amount, currency }, bounds.maxOccurrence),
    outputSchema: deal,
    annotations: { openWorld: false },
    operation: 'hubspot.crm.deals.update',
    identity: (input) => ({ ids: { deal: input.deal } }),
    perform: (input) =>
      hubspot.crm.deals.basicApi.update(input.deal, {
        properties: {
          amount: inMajorUnits(input.amount, input.currency),
          deal_currency_code: input.currency.toUpperCase(),
        },
      }),
    output: (made) => shown(made, ...fields),
    say: (made, input) => `the deal ${made.id} is worth ${made.amount ?? ''} ${input.currency.toUpperCase()}`,
  });
}
