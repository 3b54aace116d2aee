import { Client } from '@hubspot/api-client';
import type { Tool, ToolContext, ToolResult } from '@oncely/core/tools';
import { hubspotToolNames, hubspotTools, type HubSpotToolName } from '@oncely/hubspot/tools';
import { toolProblems } from '@oncely/testing/conformance/tools';
import { describe, expect, it } from 'vitest';

import { inMajorUnits } from '../../src/tools/fields.ts';
import { startWorld, type World } from '../world.ts';

interface Desk {
  readonly world: World;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly contact: string;
  readonly company: string;
  readonly deal: string;
  readonly ticket: string;
  call(name: HubSpotToolName, input: object, context?: ToolContext): Promise<ToolResult>;
}

async function openDesk(): Promise<Desk> {
  const world = await startWorld({ searchLagMs: 0 });
  const { fake } = world;
  fake.seedProperty('tasks', 'oncely_key');
  fake.seedProperty('deals', 'deal_currency_code', { hasUniqueValue: false });
  const deal = { dealname: 'Tea', pipeline: 'default', dealstage: 'appointmentscheduled' };
  return again({
    world,
    contact: fake.seed('contacts', { email: 'ann@customer.example' }),
    company: fake.seed('companies', { domain: 'customer.example', name: 'Customer' }),
    deal: fake.seed('deals', deal),
    ticket: fake.seed('tickets', { subject: 'Refund', hs_pipeline: '0', hs_pipeline_stage: '1' }),
  });
}

/** Another process over the same world. */
function again(there: Omit<Desk, 'tools' | 'call'>): Desk {
  const { oncely, hubspot } = there.world.process();
  const tools = new Map(hubspotTools(hubspot, { allow: hubspotToolNames }).map((tool) => [tool.name, tool]));
  return {
    ...there,
    tools,
    call: (name, input, context) =>
      oncely.scope(
        { businessId: 'order_4711', workflowId: 'sales-desk' },
        () => tools.get(name)?.execute(input, context) as Promise<ToolResult>,
      ),
  };
}

it('fits every framework, with twelve writes', () => {
  const tools = hubspotTools(new Client({ accessToken: 'pat-1' }), { allow: hubspotToolNames });
  expect(toolProblems(tools)).toEqual([]);
  expect(tools.filter(({ annotations }) => !annotations.readOnly)).toHaveLength(12);
});

const newDeal = {
  name: 'Order 4711',
  pipeline: 'default',
  stage: 'appointmentscheduled',
  amount: 120_000,
  currency: 'usd',
};
const due = '2027-01-31T09:00:00Z';

const writes: readonly (readonly [HubSpotToolName, (desk: Desk) => object, object])[] = [
  ['hubspot_create_contact', () => ({ email: 'Bob@customer.example' }), { email: 'bob@customer.example' }],
  ['hubspot_update_contact', ({ contact }) => ({ contact, lastname: 'Lee' }), { lastname: 'Lee' }],
  ['hubspot_create_company', () => ({ domain: 'Shop.example', name: 'Shop' }), { domain: 'shop.example' }],
  ['hubspot_update_company', ({ company }) => ({ company, city: 'Bremen' }), {}],
  ['hubspot_create_deal', ({ contact }) => ({ contact, ...newDeal }), { amount: '1200.00', dealname: 'Order 4711' }],
  ['hubspot_set_deal_stage', ({ deal }) => ({ deal, stage: 'closedwon' }), { dealstage: 'closedwon' }],
  ['hubspot_set_deal_amount', ({ deal }) => ({ deal, amount: 5, currency: 'usd' }), { amount: '0.05' }],
  ['hubspot_create_ticket', ({ contact }) => ({ contact, subject: 'Broken cup', pipeline: '0', stage: '1' }), {}],
  ['hubspot_set_ticket_stage', ({ ticket }) => ({ ticket, stage: '4' }), { hs_pipeline_stage: '4' }],
  ['hubspot_add_note', ({ contact }) => ({ object_type: 'contacts', object: contact, body: 'Called' }), {}],
  ['hubspot_create_task', ({ deal }) => ({ object_type: 'deals', object: deal, subject: 'Call', due }), {}],
  [
    'hubspot_associate',
    ({ contact, deal }) => ({ from_type: 'deals', from: deal, to_type: 'contacts', to: contact }),
    {},
  ],
];

describe('each write', () => {
  it.each(writes)('%s happens once over two runs, and says what was done', async (name, inputOf, output) => {
    const desk = await openDesk();
    const first = await desk.call(name, inputOf(desk));
    expect(first).toMatchObject({ status: 'succeeded', output });
    expect(first.text).toMatch(/^Done at 20\S+Z: \S.*\.$/);
    const made = desk.world.fake.effects().length;
    expect(made).toBeGreaterThan(0);
    const second = await again(desk).call(name, inputOf(desk), { toolCallId: 'another' });
    expect(second).toMatchObject({ status: 'already_done', output: first.output, at: first.at });
    expect(desk.world.fake.effects()).toHaveLength(made);
    expect((await desk.tools.get(name)?.outputSchema['~standard'].validate(first))?.issues).toBeUndefined();
  });
});

describe('what a model words anew', () => {
  it('is the same deal, ticket, note and task', async () => {
    const desk = await openDesk();
    const { contact } = desk;
    const object = { object_type: 'contacts', object: contact };
    const ticket = { contact, pipeline: '0', stage: '1' };
    await desk.call('hubspot_create_deal', { contact, ...newDeal });
    await desk.call('hubspot_create_ticket', { ...ticket, subject: 'Broken cup' });
    await desk.call('hubspot_add_note', { ...object, body: 'Called' });
    await desk.call('hubspot_create_task', { ...object, subject: 'Call', due });
    const made = desk.world.fake.effects().length;
    for (const result of [
      await desk.call('hubspot_create_deal', { contact, ...newDeal, name: 'Tea for Ann' }),
      await desk.call('hubspot_create_ticket', { ...ticket, subject: 'The cup is broken', content: 'In two' }),
      await desk.call('hubspot_add_note', { ...object, body: 'Spoke to Ann' }),
      await desk.call('hubspot_create_task', { ...object, subject: 'Ring Ann', due }),
    ]) {
      expect(result).toMatchObject({ status: 'already_done' });
      expect(result.text).toContain('What was sent first stands');
    }
    expect(desk.world.fake.effects()).toHaveLength(made);
  });

  it('with another amount or another time is explained and not made', async () => {
    const desk = await openDesk();
    const { contact } = desk;
    await desk.call('hubspot_create_deal', { contact, ...newDeal });
    const planned = await desk.call('hubspot_create_deal', { contact, ...newDeal, amount: 1_200_000 });
    expect(planned).toMatchObject({ reason: 'input_changed', differs: ['properties.amount'] });
    expect(desk.world.fake.effects('deals.create')).toHaveLength(1);
  });

  it('is one association either way round', async () => {
    const desk = await openDesk();
    const { contact, deal } = desk;
    await desk.call('hubspot_associate', { from_type: 'deals', from: deal, to_type: 'contacts', to: contact });
    const made = desk.world.fake.effects().length;
    const back = { from_type: 'contacts', from: contact, to_type: 'deals', to: deal };
    expect(await desk.call('hubspot_associate', back)).toMatchObject({ status: 'already_done' });
    expect(desk.world.fake.effects()).toHaveLength(made);
    const itself = { from_type: 'deals', from: deal, to_type: 'deals', to: deal };
    expect(await desk.call('hubspot_associate', itself)).toMatchObject({ reason: 'invalid_input' });
  });

  it('twice in parallel is one', async () => {
    const desk = await openDesk();
    const note = { object_type: 'contacts', object: desk.contact, body: 'Called' };
    const both = await Promise.all([desk.call('hubspot_add_note', note), desk.call('hubspot_add_note', note)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['already_done', 'succeeded']);
    expect(desk.world.fake.effects('notes.create')).toHaveLength(1);
  });

  it('sets nothing where nothing was given', async () => {
    const desk = await openDesk();
    expect(await desk.call('hubspot_update_contact', { contact: desk.contact })).toMatchObject({ status: 'rejected' });
    expect(await desk.call('hubspot_update_company', { company: desk.company })).toMatchObject({ status: 'rejected' });
    expect(desk.world.fake.effects()).toEqual([]);
  });
});

it('the reads tell what is there', async () => {
  const desk = await openDesk();
  const { contact, company, deal } = desk;
  expect(await desk.call('hubspot_find_contact', { email: 'Ann@customer.example' })).toMatchObject({
    output: { id: contact },
  });
  expect(await desk.call('hubspot_find_companies', { domain: 'customer.example' })).toMatchObject({
    output: { found: [{ id: company }] },
  });
  expect(await desk.call('hubspot_get_deal', { deal })).toMatchObject({ output: { dealname: 'Tea' } });
  expect(await desk.call('hubspot_list_pipelines', { object_type: 'deals' })).toMatchObject({
    output: {
      found: [{ id: 'default', stages: expect.arrayContaining([expect.objectContaining({ id: 'closedwon' })]) }],
    },
  });
  expect(await desk.call('hubspot_get_deal', { deal: '1' })).toMatchObject({ status: 'rejected' });
});

it('writes minor units as HubSpot reads them', () => {
  const written = [
    [120_000, 'usd'],
    [5, 'EUR'],
    [500, 'jpy'],
    [1_234, 'kwd'],
    [0, 'usd'],
  ] as const;
  expect(written.map(([minor, code]) => inMajorUnits(minor, code))).toEqual([
    '1200.00',
    '0.05',
    '500',
    '1.234',
    '0.00',
  ]);
});
