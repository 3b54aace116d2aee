import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { shortIdOf } from '../src/short-id.ts';
import { age, durationOf, momentOf } from '../src/time.ts';
import { workflowName, workflowOf, workflowParts } from '../src/workflow-name.ts';
import { folder, run, startProject } from './project.ts';
import { runHere } from './surroundings.ts';

describe('called wrongly it ends with 2 and says why', () => {
  it.each([
    [['nothing-like-it'], "unknown command 'nothing-like-it'"],
    [['lst'], 'Did you mean list?'],
    [['list', '--sate', 'ready'], 'Did you mean --state?'],
    [['list', '--state', 'done'], 'Allowed choices are awaiting_approval'],
    [['show'], 'Say which effect'],
    [['status'], 'Which ledger? There is no oncely.config.ts'],
    [['status', '--ledger', 'mysql://desk:secret@host/x'], '"mysql://desk:***@host/x" is no ledger'],
    [['status', '--ledger', 'sqlite:'], 'needs the path of the file'],
    [['status', '--ledger', 'sqlite:a.db', '--config', 'b.ts'], 'give one'],
    [['status', '--config', 'none.ts'], 'There is no config /none.ts'],
    [[], 'Usage: oncely [options] [command]'],
  ])('%j', async (args, why) => {
    const { code, out, err } = await runHere(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });

  it('in a real process too', async () => {
    const ran = await run(folder({ packages: false }), ['nothing-like-it']);
    expect([ran.code, ran.out, ran.err]).toEqual([2, '', "error: unknown command 'nothing-like-it'"]);
  });
});

it('help goes to the standard output, of each command too', async () => {
  expect(await runHere(['--help'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Exit codes:') });
  expect((await runHere(['list', '--help'])).out).toContain('--older-than <age>');
  expect((await runHere(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
});

describe('a config', () => {
  const config = async (name: string, source: string, args: readonly string[] = []): Promise<[number, string]> => {
    const cwd = folder();
    writeFileSync(join(cwd, name), source);
    const { code, out, err } = await runHere(['status', ...args], { cwd });
    return [code, out + err];
  };
  const good = `import { createOncely } from '@oncely/core';
    import { memoryLedger } from '@oncely/core/ledgers/memory';
    const make = () => createOncely({ ledger: memoryLedger() });`;

  it('gives an Oncely, or a function of one', async () => {
    expect(await config('oncely.config.mjs', `${good} export default make();`)).toEqual([
      0,
      expect.stringContaining('no effects'),
    ]);
    expect(await config('oncely.config.js', `${good} export default async () => make();`)).toEqual([
      0,
      expect.stringContaining('memory'),
    ]);
    expect(await config('my.mts', `${good} export default make() as unknown;`, ['--config', 'my.mts'])).toEqual([
      0,
      expect.any(String),
    ]);
  });

  it.each([
    ['nothing', 'export const oncely = 1;'],
    ['options instead of an Oncely', 'export default { ledger: {} };'],
    ['a function of nothing', 'export default () => undefined;'],
  ])('that gives %s is refused with the line to write', async (_name, source) => {
    expect(await config('oncely.config.mjs', source)).toEqual([
      2,
      expect.stringContaining('fix: export default createOncely({ ledger, clients })'),
    ]);
  });

  it('that cannot be loaded is refused with its error', async () => {
    expect(await config('oncely.config.mjs', `throw new Error('no STRIPE_KEY')`)).toEqual([
      2,
      'oncely.config.mjs could not be loaded: no STRIPE_KEY',
    ]);
  });

  it('is one: two in a folder are refused', async () => {
    const cwd = folder();
    for (const name of ['oncely.config.js', 'oncely.config.ts']) writeFileSync(join(cwd, name), '');
    expect((await runHere(['status'], { cwd })).err).toContain('oncely.config.ts and oncely.config.js are both here');
  });

  it('in TypeScript asks for a Node that runs it, where this one does not', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'plain'));
    writeFileSync(join(cwd, 'oncely.config.ts'), 'export default 1;');
    // A Node without type stripping cannot run our own sources either, so it is only made to say that it has none.
    const without = Object.getOwnPropertyDescriptor(process.features, 'typescript') as PropertyDescriptor;
    Object.defineProperty(process.features, 'typescript', { ...without, get: () => false });
    try {
      expect((await runHere(['status'], { cwd })).err).toContain('use Node 22.18 or newer, or a config in JavaScript');
    } finally {
      Object.defineProperty(process.features, 'typescript', without);
    }
  });
});

describe('short ids', () => {
  it('that fit more than one effect are refused, with longer ones', async () => {
    const project = await startProject();
    const app = project.app();
    // Found by trying: both begin with the same four digits.
    const names = twins(4);
    for (const name of names) await project.refund(app, name);
    const prefix = shortIdOf(`${names[0]}:refund-desk:refund`, 4);
    const ran = await project.run('show', prefix);
    expect([ran.code, ran.err]).toEqual([
      2,
      expect.stringContaining(`2 effects begin with ${prefix}; give more digits:`),
    ]);
    const [, longer = ''] = / {2}([0-9a-f]{16}) /.exec(ran.err) ?? [];
    expect((await project.run('show', longer, '--json')).code).toBe(0);
    const none = await project.run('show', prefix === 'ffff' ? '0000' : 'ffff');
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringContaining('None of the 2 effects in this ledger has the id'),
    ]);
    expect((await project.run('show', 'xyz')).code).toBe(2);
  });
});

/** Two business ids whose refunds share the first digits of their short ids. */
function twins(digits: number): readonly string[] {
  const seen = new Map<string, string>();
  for (let at = 0; ; at += 1) {
    const id = shortIdOf(`case_${at}:refund-desk:refund`, digits);
    const other = seen.get(id);
    if (other !== undefined) return [other, `case_${at}`];
    seen.set(id, `case_${at}`);
  }
}

it('workflows are named as slots are', () => {
  for (const id of [
    { businessId: 'invoice_1', workflowId: 'refund-desk' },
    { tenant: 'acme', businessId: 'a:b', workflowId: 'x@undo' },
    { businessId: 'invoice_1', workflowId: '@' },
  ]) {
    expect(workflowParts(workflowName(id))).toEqual(id);
  }
  expect(workflowParts('invoice_1:@')).toEqual({ businessId: 'invoice_1', workflowId: '@', slotScope: 'business' });
  expect(workflowParts('invoice_1:refund-desk@undo')).toEqual({ businessId: 'invoice_1', workflowId: 'refund-desk' });
  expect(workflowOf({ slot: 'acme:a%3Ab:desk:refund' })).toBe('acme:a%3Ab:desk');
  for (const bad of ['one', 'a:b:c:d', 'a::b', 'a:%zz']) expect(() => workflowParts(bad)).toThrow('is no workflow');
});

it('ages and times', () => {
  expect([0, 59_999, 60_000, 3_600_000, 47 * 3_600_000, 48 * 3_600_000].map(age)).toEqual([
    '0s',
    '59s',
    '1m',
    '1h',
    '47h',
    '2d',
  ]);
  expect(durationOf('1.5h')).toBe(5_400_000);
  expect(momentOf('2h', 10_000_000)).toBe(2_800_000);
  expect(momentOf('1970-01-01T00:00:05Z', 0)).toBe(5_000);
  for (const bad of ['2026-11-25', '2026-11-25T02:00:00', 'yesterday'])
    expect(() => momentOf(bad, 0)).toThrow('is no time');
  for (const bad of ['5', '5 m', 'm', '-5m']) expect(() => durationOf(bad)).toThrow('is no duration');
});
