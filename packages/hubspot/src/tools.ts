/**
 * HubSpot as tools for agents.
 * @module
 */
import { selectTools, type Tool, type ToolPolicy, type ToolRow } from '@oncely/core/tools';

import type { HubSpotForTools } from './tools/client.ts';
import { createDeal, setDealAmount, setDealStage } from './tools/deals.ts';
import { createCompany, createContact, updateCompany, updateContact } from './tools/people.ts';
import { findCompanies, findContact, getDeal, listPipelines } from './tools/reads.ts';
import { addNote, associate, createTask, createTicket, setTicketStage } from './tools/work.ts';

export type { HubSpotForTools } from './tools/client.ts';

export type HubSpotToolName =
  | 'hubspot_create_contact'
  | 'hubspot_update_contact'
  | 'hubspot_create_company'
  | 'hubspot_update_company'
  | 'hubspot_create_deal'
  | 'hubspot_set_deal_stage'
  | 'hubspot_set_deal_amount'
  | 'hubspot_create_ticket'
  | 'hubspot_set_ticket_stage'
  | 'hubspot_add_note'
  | 'hubspot_create_task'
  | 'hubspot_associate'
  | 'hubspot_find_contact'
  | 'hubspot_find_companies'
  | 'hubspot_get_deal'
  | 'hubspot_list_pipelines';

const table: Readonly<Record<HubSpotToolName, ToolRow<HubSpotForTools>>> = {
  hubspot_create_contact: { build: createContact },
  hubspot_update_contact: { build: updateContact, maxOccurrence: 3 },
  hubspot_create_company: { build: createCompany },
  hubspot_update_company: { build: updateCompany, maxOccurrence: 3 },
  hubspot_create_deal: { build: createDeal },
  hubspot_set_deal_stage: { build: setDealStage, maxOccurrence: 3 },
  hubspot_set_deal_amount: { build: setDealAmount, maxOccurrence: 3 },
  hubspot_create_ticket: { build: createTicket },
  hubspot_set_ticket_stage: { build: setTicketStage, maxOccurrence: 3 },
  hubspot_add_note: { build: addNote, maxOccurrence: 3 },
  hubspot_create_task: { build: createTask, maxOccurrence: 3 },
  hubspot_associate: { build: associate },
  hubspot_find_contact: { build: findContact },
  hubspot_find_companies: { build: findCompanies },
  hubspot_get_deal: { build: getDeal },
  hubspot_list_pipelines: { build: listPipelines },
};

/** Every tool that there is. */
export const hubspotToolNames: readonly HubSpotToolName[] = Object.keys(table) as HubSpotToolName[];

/**
 * The allowed tools over a HubSpot client of `oncely.clients`. An object is known by its ids, its e-mail address or its
 * domain, never by what a model calls it; amounts are in minor units with their currency.
 *
 * @throws OncelyError `invalid_config` for a name that there is not.
 * @example
 * const tools = hubspotTools(oncely.clients.hubspot, { allow: ['hubspot_find_contact', 'hubspot_add_note'] });
 */
export function hubspotTools(hubspot: HubSpotForTools, policy: ToolPolicy<HubSpotToolName>): readonly Tool[] {
  return selectTools(table, hubspot, policy);
}
