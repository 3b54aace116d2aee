import { Client } from '@hubspot/api-client';
import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { existingIdOf, oncelyHubspot } from '@oncely/hubspot';
import { describe, expect, it } from 'vitest';

import { classify, isConflict, missesProperty } from '../src/classify.ts';
import { sameValue } from '../src/compare.ts';
import { canonicalName, isWrite, operationOf } from '../src/operations.ts';
import { typeName } from '../src/object-types.ts';
import { addressOf } from '../src/request.ts';
import { startWorld } from './world.ts';

const nameOf = (method: string, path: string): string => operationOf(method, path, 1).name;

describe('one operation has one name', () => {
  const contacts = ['contacts', 'contact', '0-1', 'CONTACTS', 'Contact', 'contacts%2F', '%63ontacts', ' contacts '];
  it.each(contacts)('whatever the path calls the type: %j', (type) => {
    expect(nameOf('POST', `/crm/v3/objects/${type}`)).toBe('hubspot.crm.contacts.create');
    expect(nameOf('PATCH', `/crm/v3/objects/${type}/1`)).toBe('hubspot.crm.contacts.update');
    expect(canonicalName(`hubspot.crm.${type.trim()}.batch.create`)).toBe('hubspot.crm.contacts.batch.create');
  });

  it.each([
    ['company', 'companies'],
    ['0-2', 'companies'],
    ['TAX', 'taxes'],
    ['line_item', 'line_items'],
    ['0-8', 'line_items'],
    ['p123_cars', 'cars'],
    ['P123_Cars', 'cars'],
    ['p123_contacts', 'p123_contacts'],
    ['2-4711', '2-4711'],
    ['ünïcode\u001b[31m', 'n_code__31m'],
    ['%', 'unknown'],
  ])('%s is %s', (type, name) => {
    expect(typeName(type)).toBe(name);
  });

  it.each([
    ['POST', '/crm/v3//objects/contacts/'],
    ['POST', '/crm/v3/%6Fbjects/contacts'],
    ['POST', '/crm/v4/objects/contacts'],
    ['POST', '/crm/objects/2026-03/contacts'],
    ['POST', '/contacts/v1/contact'],
    ['POST', '/crm-objects/v1/objects/contact'],
  ])('also by another path of the same API: %s %s', (method, path) => {
    expect(nameOf(method, path)).toBe('hubspot.crm.contacts.create');
    expect(isWrite(method, path)).toBe(true);
  });

  it('of a plain alphabet, whatever a path holds', () => {
    for (const path of ['/crm/v3/objects/\u001b]8;;x', '/x/%0A%1b[2J/y', `/${'a/'.repeat(500)}`, '/ä/ö']) {
      expect(nameOf('POST', path)).toMatch(/^hubspot\.[\w.:-]{1,300}$/);
    }
  });

  it('so an approval is asked for under every one of them', async () => {
    const world = await startWorld();
    for (const declared of ['hubspot.crm.contacts.create', 'hubspot.crm.0-1.create']) {
      const oncely = createOncely({
        ledger: memoryLedger(),
        clients: {
          hubspot: oncelyHubspot((config) => new Client({ accessToken: 't', basePath: world.fake.url, ...config })),
        },
        approvals: { version: 1, operations: { [declared]: true } },
        drainOnSigterm: false,
      });
      for (const type of contacts) {
        await expect(
          oncely.scope({ businessId: `b_${encodeURIComponent(type)}`, workflowId: 'w' }, () =>
            oncely.effect('c', () =>
              oncely.clients.hubspot.crm.objects.basicApi.create(type, { properties: {}, associations: [] }),
            ),
          ),
        ).rejects.toMatchObject({ code: 'approval_required' });
      }
    }
    expect(world.sent()).toEqual([]);
  });
});

describe('100,000 hostile characters take no time', () => {
  const long = 100_000;
  const texts = [
    '/',
    '0',
    'a',
    ' ',
    '%',
    '_',
    'p1_',
    'property ',
    'existing id ',
    'already has that value ',
    '\n',
    ';',
  ];
  it.each(texts)('of %j', (unit) => {
    const hostile = unit.repeat(Math.ceil(long / unit.length));
    const answer = {
      status: 400,
      headers: { 'retry-after': hostile },
      body: JSON.stringify({ message: hostile, category: hostile, correlationId: 'c' }),
    };
    const began = performance.now();
    for (const method of ['POST', 'PATCH']) {
      isWrite(method, `/${hostile}`);
      operationOf(method, `/crm/v3/objects/${hostile}`, 1);
      operationOf(method, `/${hostile}`, 1);
    }
    canonicalName(`hubspot.crm.${hostile}.create`);
    existingIdOf({ body: { message: hostile } });
    for (const status of [200, 400, 409, 429, 503]) classify({ ...answer, status });
    isConflict(answer);
    missesProperty({ ...answer, body: `${answer.body}oncely_key` }, 'oncely_key');
    sameValue(hostile, `${hostile}x`);
    addressOf(`https://a.example/${hostile.replaceAll('%', '/')}`);
    expect(performance.now() - began).toBeLessThan(1_500);
  });
});
