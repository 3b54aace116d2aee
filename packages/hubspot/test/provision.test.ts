import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { provisionHubspot } from '@oncely/hubspot';
import { describe, expect, it } from 'vitest';

import { command } from '../src/command.ts';
import { accessToken, startWorld, type World } from './world.ts';

const types = ['contacts', 'deals'];

async function run(world: World, argv: readonly string[], token: string | undefined = accessToken) {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await command(argv, {
    env: { HUBSPOT_ACCESS_TOKEN: token, HUBSPOT_BASE_PATH: world.fake.url },
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
  });
  return { code, printed, complained: complained.join('\n') };
}

describe('provisionHubspot', () => {
  it('says what it would do, does it, and does nothing the second time', async () => {
    const world = await startWorld({ bare: true });
    expect(await provisionHubspot(world.raw, { objectTypes: types, dryRun: true })).toEqual(
      types.map((objectType) => ({ objectType, property: 'would_create', group: 'would_create' })),
    );
    expect(world.sent()).toEqual([]);
    expect(await provisionHubspot(world.raw, { objectTypes: types })).toEqual(
      types.map((objectType) => ({ objectType, property: 'created', group: 'created' })),
    );
    const sent = world.sent().length;
    expect(await provisionHubspot(world.raw, { objectTypes: types })).toEqual(
      types.map((objectType) => ({ objectType, property: 'exists', group: 'not_needed' })),
    );
    expect(world.sent()).toHaveLength(sent);
    const made = await world.raw.crm.properties.coreApi.getByName('contacts', 'oncely_key');
    expect(made).toMatchObject({ hasUniqueValue: true, groupName: 'oncely', formField: false });
  });

  it('gives what a create then needs', async () => {
    const world = await startWorld({ bare: true });
    const create = (): Promise<unknown> =>
      world
        .process({ property: 'our_key' })
        .effect((hubspot) => hubspot.crm.deals.basicApi.create({ properties: { dealname: 'Big' }, associations: [] }));
    await expect(create()).rejects.toMatchObject({ code: 'not_sent', message: expect.stringContaining('our_key') });
    await provisionHubspot(world.raw, { objectTypes: ['deals'], property: 'our_key' });
    await create();
    expect(world.fake.effects('deals.create')[0]?.properties).toHaveProperty('our_key');
  });

  it('leaves a property that is not unique as it is, and says that it is of no use', async () => {
    const world = await startWorld({ bare: true });
    world.fake.seedProperty('contacts', 'oncely_key', { hasUniqueValue: false });
    expect(await provisionHubspot(world.raw, { objectTypes: ['contacts'] })).toEqual([
      { objectType: 'contacts', property: 'unusable', group: 'not_needed' },
    ]);
    expect(world.sent()).toEqual([]);
  });

  it('takes no name that HubSpot would change', async () => {
    const world = await startWorld();
    await expect(provisionHubspot(world.raw, { objectTypes: types, property: 'Our Key' })).rejects.toThrow(TypeError);
  });
});

describe('the command', () => {
  it('prints a line for each type, the same as it would do', async () => {
    const world = await startWorld({ bare: true });
    const argv = ['provision', '--objects', 'contacts, deals'];
    expect(await run(world, [...argv, '--dry-run'])).toMatchObject({
      code: 0,
      printed: [
        'contacts: would get oncely_key (in a new group oncely)',
        'deals: would get oncely_key (in a new group oncely)',
      ],
    });
    expect(world.sent()).toEqual([]);
    expect((await run(world, argv)).printed).toEqual([
      'contacts: has oncely_key now (in the new group oncely)',
      'deals: has oncely_key now (in the new group oncely)',
    ]);
    expect((await run(world, argv)).printed).toEqual([
      'contacts: has oncely_key already',
      'deals: has oncely_key already',
    ]);
  });

  it('says what is missing, and never the token', async () => {
    const world = await startWorld({ bare: true, tokens: { limited: { scopes: [] } } });
    expect(await run(world, ['provision', '--objects', 'deals'], '')).toMatchObject({
      code: 2,
      complained: expect.stringContaining('HUBSPOT_ACCESS_TOKEN is not set'),
    });
    const refused = await run(world, ['provision', '--objects', 'deals'], 'limited');
    expect(refused).toMatchObject({ code: 1, complained: expect.stringContaining('does not allow this token') });
    const wrong = await run(world, ['provision', '--objects', 'deals'], accessToken);
    expect(wrong.code).toBe(1);
    expect(wrong.complained).not.toContain(accessToken);
    for (const argv of [['provision'], ['dance'], [], ['provision', '--nonsense']]) {
      expect(await run(world, argv)).toMatchObject({ code: 2, complained: expect.stringContaining('Usage:') });
    }
    expect(await run(world, ['--help'])).toMatchObject({ code: 0 });
    await world.fake.refuse(true);
    expect(await run(world, ['provision', '--objects', 'deals'])).toMatchObject({ code: 1 });
  });

  it('runs as a program', async () => {
    const world = await startWorld({ bare: true });
    const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--conditions', '@oncely/source', program, 'provision', '--dry-run', '--objects', 'tickets'],
      {
        env: { PATH: process.env['PATH'], HUBSPOT_ACCESS_TOKEN: accessToken, HUBSPOT_BASE_PATH: world.fake.url },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, output]).toEqual([0, 'tickets: would get oncely_key (in a new group oncely)\n']);
  });
});
