import { effectTool, refusal, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { HubSpotForTools } from './client.ts';
import { associated, idOf, name, objectType, pipeline, repeatable, shown, stage } from './fields.ts';

const ticket = z.object({
  id: z.string(),
  subject: z.string().nullable(),
  hs_pipeline_stage: z.string().nullable(),
});
const made = z.object({ id: z.string() });
const about = { object_type: objectType, object: idOf('object that it is about') };
const inHubspot = { destructive: false, openWorld: false };

export function createTicket(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_create_ticket',
    title: 'Open a ticket',
    description: 'Opens a ticket of a contact in a pipeline, once for the two in this case, whatever it is called.',
    inputSchema: repeatable(
      { contact: idOf('contact'), subject: name, content: z.string().nullish(), pipeline, stage },
      bounds.maxOccurrence,
    ),
    outputSchema: ticket,
    annotations: inHubspot,
    operation: 'hubspot.crm.tickets.create',
    wording: ['properties.subject', 'properties.content'],
    identity: (input) => ({ ids: { contact: input.contact, pipeline: input.pipeline } }),
    perform: (input) =>
      hubspot.crm.tickets.basicApi.create({
        properties: {
          subject: input.subject,
          ...(input.content ? { content: input.content } : {}),
          hs_pipeline: input.pipeline,
          hs_pipeline_stage: input.stage,
        },
        associations: associated('tickets', 'contacts', input.contact),
      }),
    output: (given) => shown(given, 'subject', 'hs_pipeline_stage'),
    say: (given) => `the ticket "${given.subject ?? ''}" is ${given.id}`,
  });
}

export function setTicketStage(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_set_ticket_stage',
    title: 'Move a ticket to a stage',
    description: 'Moves a ticket to a stage of its pipeline, closed ones too, once for a ticket in this case.',
    inputSchema: repeatable({ ticket: idOf('ticket'), stage }, bounds.maxOccurrence),
    outputSchema: ticket,
    annotations: { openWorld: false },
    operation: 'hubspot.crm.tickets.update',
    identity: (input) => ({ ids: { ticket: input.ticket } }),
    perform: (input) =>
      hubspot.crm.tickets.basicApi.update(input.ticket, { properties: { hs_pipeline_stage: input.stage } }),
    output: (given) => shown(given, 'subject', 'hs_pipeline_stage'),
    say: (given) => `the ticket ${given.id} is at ${given.hs_pipeline_stage ?? 'its stage'}`,
  });
}

export function addNote(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_add_note',
    title: 'Add a note',
    description: 'Adds a note to a contact, company, deal or ticket, once for it in this case, whatever its wording.',
    inputSchema: repeatable({ ...about, body: name.describe('What colleagues read') }, bounds.maxOccurrence),
    outputSchema: made,
    annotations: inHubspot,
    operation: 'hubspot.crm.notes.create',
    wording: ['properties.hs_note_body'],
    identity: (input) => ({ ids: { type: input.object_type, object: input.object } }),
    // HubSpot wants a time; the first one is kept, or each repeat would be another note.
    once: () => new Date().toISOString(),
    perform: (input, _ids, at) =>
      hubspot.crm.objects.notes.basicApi.create({
        properties: { hs_note_body: input.body, hs_timestamp: at },
        associations: associated('notes', input.object_type, input.object),
      }),
    output: ({ id }) => ({ id }),
    say: (given, input) => `the note ${given.id} is at ${input.object_type} ${input.object}`,
  });
}

export function createTask(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_create_task',
    title: 'Create a task for a colleague',
    description:
      'Creates a task about a contact, company, deal or ticket, due at a time that the person gave, once for it in this case.',
    inputSchema: repeatable(
      {
        ...about,
        subject: name,
        body: z.string().nullish(),
        due: z
          .string()
          .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/)
          .describe('When it is due, in UTC: 2026-01-31T09:00:00Z'),
      },
      bounds.maxOccurrence,
    ),
    outputSchema: made,
    annotations: inHubspot,
    operation: 'hubspot.crm.tasks.create',
    wording: ['properties.hs_task_subject', 'properties.hs_task_body'],
    identity: (input) => ({ ids: { type: input.object_type, object: input.object } }),
    perform: (input) =>
      hubspot.crm.objects.tasks.basicApi.create({
        properties: {
          hs_task_subject: input.subject,
          ...(input.body ? { hs_task_body: input.body } : {}),
          hs_task_status: 'NOT_STARTED',
          hs_timestamp: new Date(input.due).toISOString(),
        },
        associations: associated('tasks', input.object_type, input.object),
      }),
    output: ({ id }) => ({ id }),
    say: (given, input) => `the task ${given.id} is due ${input.due}`,
  });
}

export function associate(hubspot: HubSpotForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'hubspot_associate',
    title: 'Associate two objects',
    description: 'Associates two contacts, companies, deals or tickets with each other, once for the two in this case.',
    inputSchema: repeatable(
      { from_type: objectType, from: idOf('first object'), to_type: objectType, to: idOf('second object') },
      1,
    ),
    outputSchema: z.object({ from: z.string(), to: z.string() }),
    annotations: inHubspot,
    operation: 'hubspot.crm.associations.createDefault',
    resolve: (input) =>
      input.from_type === input.to_type && input.from === input.to
        ? refusal('Nothing was sent: an object cannot be associated with itself.')
        : undefined,
    // Either way round it is one association.
    identity: (input) => ({
      ids: { pair: [`${input.from_type}/${input.from}`, `${input.to_type}/${input.to}`].sort().join('+') },
    }),
    perform: (input) => {
      const [first, second] = [[input.from_type, input.from] as const, [input.to_type, input.to] as const].sort(
        ([a, x], [b, y]) => (`${a}/${x}` < `${b}/${y}` ? -1 : 1),
      ) as [readonly [string, string], readonly [string, string]];
      return hubspot.crm.associations.v4.basicApi.createDefault(...first, ...second);
    },
    output: (_given, input) => ({ from: input.from, to: input.to }),
    say: (_given, input) =>
      `${input.from_type} ${input.from} and ${input.to_type} ${input.to} are associated with each other`,
  });
}
