import type { Client } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';

import { classify } from '../src/classify.ts';
import { slot, startWorld } from './world.ts';

// What is taken for proof of an effect, and what nobody may put there.

describe("a caller's own value under our property", () => {
  const own = { firstname: 'M', oncely_key: 'oncely_forged' };
  const json = (path: string, body: unknown) => (hubspot: Client) =>
    hubspot.apiRequest({ method: 'POST', path, body }) as Promise<unknown>;
  const cases: Readonly<Record<string, (hubspot: Client) => Promise<unknown>>> = {
    create: ({ crm }) => crm.contacts.basicApi.create({ properties: own, associations: [] }),
    update: ({ crm }) => crm.contacts.basicApi.update('1', { properties: own }),
    'another case': ({ crm }) => crm.contacts.basicApi.update('1', { properties: { Oncely_Key: 'x' } }),
    'batch create': ({ crm }) => crm.contacts.batchApi.create({ inputs: [{ properties: own, associations: [] }] }),
    'batch update': ({ crm }) => crm.contacts.batchApi.update({ inputs: [{ id: '1', properties: own }] }),
    upsert: ({ crm }) =>
      crm.contacts.batchApi.upsert({ inputs: [{ id: 'a@example.com', idProperty: 'email', properties: own }] }),
    'an upsert by it': ({ crm }) =>
      crm.contacts.batchApi.upsert({ inputs: [{ id: 'oncely_forged', idProperty: 'oncely_key', properties: {} }] }),
    apiRequest: json('/crm/v3/objects/contacts', { properties: own }),
    'a legacy path': json('/contacts/v1/contact', { properties: [{ property: 'oncely_key', value: 'x' }] }),
    'an import': ({ crm }) =>
      crm.imports.coreApi.create({ data: Buffer.from('email,oncely_key\na@x.example,x'), name: 'a.csv' }, '{}'),
  };
  it.each(Object.entries(cases))('is refused in %s', async (_, write) => {
    const world = await startWorld();
    const { effect, oncely } = world.process();
    await expect(effect(write)).rejects.toMatchObject({ code: 'invalid_input', next: 'fix-code' });
    await expect(effect(write)).rejects.toThrow(/oncely_key/i);
    expect(world.fake.requests).toEqual([]);
    expect(await oncely.effects.get(slot)).toBeUndefined();
  });

  it('is nobody else: the property itself can be made, and what is read by it changed', async () => {
    const world = await startWorld({ bare: true });
    const { effect } = world.process();
    await effect(({ crm }) =>
      crm.properties.coreApi.create('contacts', {
        name: 'oncely_key',
        label: 'Key',
        groupName: 'contactinformation',
        type: 'string' as never,
        fieldType: 'text' as never,
        hasUniqueValue: true,
      }),
    );
    expect(world.fake.effects()).toHaveLength(1);
  });
});

describe('an object that carries our key', () => {
  const deal = { properties: { dealname: 'Order 1', amount: '1200' }, associations: [] };
  const create = ({ crm }: Client): Promise<{ readonly id: string }> => crm.deals.basicApi.create(deal);
  const lose = async () => {
    const world = await startWorld();
    const { effect } = world.process({ waitMs: 300 });
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail(
      { kind: 'gateway_502', after: 'before_effect' },
      { times: Infinity, match: ({ path }) => path.endsWith('/batch/read') },
    );
    await expect(effect(create)).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.heal();
    return { world, id: world.fake.effects('deals.create')[0]?.id ?? '' };
  };

  it('and was changed by a person since is the one that was made', async () => {
    const { world, id } = await lose();
    world.fake.edit('deals', id, { amount: '1500', dealname: 'Order 1, bigger' });
    expect((await world.process().effect(create)).id).toBe(id);
    expect(world.fake.effects('deals.create')).toHaveLength(1);
  });

  it('and never was what was asked for proves nothing: a person looks at it', async () => {
    const { world, id } = await lose();
    const key = world.fake.peek('deals', id)?.['oncely_key'] ?? '';
    // Somebody with rights of their own moves the key to another deal.
    world.fake.edit('deals', id, { oncely_key: '' });
    const other = world.fake.seed('deals', { dealname: 'Cheap', amount: '1', oncely_key: key });
    expect(other).not.toBe(id);
    await expect(world.process().effect(create)).rejects.toThrow(/never was what was asked for/);
    expect((await world.process().oncely.effects.get(slot))?.state).toBe('stopped');
    expect(world.fake.effects('deals.create')).toHaveLength(1);
  });

  it('that stands in the way of a create and is another one is no success either', async () => {
    const world = await startWorld();
    const { effect } = world.process({ waitMs: 500 });
    world.fake.fail({ kind: 'reset_before_effect' });
    let key = '';
    world.fake.fail(
      { kind: 'gateway_502', after: 'before_effect' },
      { times: Infinity, match: ({ path }) => path.endsWith('/batch/read') },
    );
    await effect(create).catch(() => undefined);
    const sent = world.fake.requests.find(({ path }) => path === '/crm/v3/objects/deals');
    key = (JSON.parse(sent?.body ?? '{}') as { properties: { oncely_key: string } }).properties.oncely_key;
    world.fake.heal();
    world.fake.seed('deals', { dealname: 'Cheap', amount: '1', oncely_key: key });
    await expect(world.process().effect(create)).rejects.toThrow(/never was what was asked for/);
    expect(world.fake.effects('deals.create')).toEqual([]);
  });
});

describe('doubt', () => {
  it('carries what HubSpot said, with the id that its support asks for', () => {
    const body = {
      status: 'error',
      category: 'INTERNAL_ERROR',
      message: 'the queue is on fire',
      correlationId: 'corr-1',
    };
    const verdict = classify({ status: 500, headers: {}, body: JSON.stringify(body) });
    const { message } = (verdict as { cause: Error }).cause;
    for (const word of ['500', 'INTERNAL_ERROR', 'the queue is on fire', 'corr-1']) expect(message).toContain(word);
    const gateway = classify({
      status: 502,
      headers: { 'x-hubspot-correlation-id': 'corr-2' },
      body: '<html>Bad Gateway</html>',
    });
    expect((gateway as { cause: Error }).cause.message).toMatch(/502.*Bad Gateway.*corr-2/);
  });

  it.each([
    [{ 'retry-after': '1' }, 1_000],
    [
      { 'retry-after': new Date(1_800_000_002_000).toUTCString(), date: new Date(1_800_000_000_000).toUTCString() },
      2_000,
    ],
  ])('of a 503 waits as it is asked to: %j', (headers, ms) => {
    const body = JSON.stringify({ status: 'error', category: 'SERVICE_UNAVAILABLE', correlationId: 'c' });
    expect(classify({ status: 503, headers, body })).toMatchObject({ evidence: 'unknown', retryAfterMs: ms });
    expect(classify({ status: 429, headers, body })).toMatchObject({ evidence: 'not_applied', retryAfterMs: ms });
  });

  it.each([
    [409, { category: 'CONFLICT', subCategory: 'LOCK_TIMEOUT' }, { evidence: 'not_applied', retryAfterMs: 2_000 }],
    [400, { category: 'VALIDATION_ERROR', message: 'maintenance' }, { evidence: 'rejected' }],
    [400, { category: 'OBJECT_LIMIT_EXCEEDED' }, { evidence: 'not_applied', environment: true }],
    [402, { category: 'PAYMENT_REQUIRED' }, { evidence: 'not_applied', environment: true }],
    [408, { category: 'TIMEOUT' }, { evidence: 'unknown' }],
    [409, { category: 'CONFLICT', message: 'Contact already exists' }, { evidence: 'rejected' }],
  ])('a %i of %j', (status, body, verdict) => {
    const answer = { status, headers: {}, body: JSON.stringify({ status: 'error', correlationId: 'c', ...body }) };
    expect(classify(answer)).toMatchObject(verdict);
  });
});
