// oxlint-disable unicorn/no-thenable -- what a rule does then is a word, and nobody awaits it
import { expect, it } from 'vitest';

import { scope, startWorld, type Process } from './world.ts';

const approvals = {
  version: 1,
  operations: { 'hubspot.crm.*.update': { mustComeFrom: { paths: ['$path'], then: 'refuse' } } },
} as const;

const rename = ({ oncely, hubspot }: Process, id: string, name: string): Promise<unknown> =>
  oncely.effect(name, () => hubspot.crm.companies.basicApi.update(id, { properties: { name } }));

it.each(['a read', 'a search', 'apiRequest'])(
  'a company of %s may be written, and one made up may not',
  async (how) => {
    const world = await startWorld();
    const [read, other] = ['Ann', 'Bob'].map((name) => world.fake.seed('companies', { name })) as [string, string];
    // What was made just now is not found yet.
    world.later(60_000);
    const process = world.process({ approvals });
    const { oncely, hubspot } = process;
    const refused = await oncely.scope(scope, async () => {
      if (how === 'a read') await hubspot.crm.companies.basicApi.getById(read);
      else if (how === 'a search') {
        const filterGroups = [{ filters: [{ propertyName: 'name', operator: 'EQ' as never, value: 'Ann' }] }];
        const { results } = await hubspot.crm.companies.searchApi.doSearch({ filterGroups });
        expect(results.map(({ id }) => id)).toEqual([read]);
      } else {
        const answer = (await hubspot.apiRequest({ path: `/crm/v3/objects/companies/${read}` })) as Response;
        // It is still the caller's to read.
        expect(await answer.json()).toMatchObject({ id: read });
      }
      await rename(process, read, 'Ann GmbH');
      return rename(process, other, 'Bob GmbH').then(() => 'sent', String);
    });
    expect(refused).toMatch(/must come from/);
    expect(world.sent()).toHaveLength(1);
  },
);
