import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { masked } from '../src/masked.ts';
import { apiKey, secretNote, startProject, type Ran } from './project.ts';

it('nothing of the input, the outcome or the credentials is on any screen, unless it is revealed', async () => {
  const project = await startProject();
  const app = project.app();
  await project.refund(app, 'invoice_1');
  for (const id of ['invoice_2', 'invoice_3'])
    await project.refund(app, id, { approval: 'required' }).catch(() => undefined);
  const reason = `asked by \u001B[31mada@shop.example\u001B[0m with Bearer abcdef123456 and 4242 4242 4242 4242`;
  await app.effects.cancel('invoice_3:refund-desk:refund', { by: 'ada', reason });
  const runs: Ran[] = [];
  for (const args of [
    ['status'],
    ['list'],
    ['report'],
    ['show', 'invoice_1:refund-desk:refund'],
    ['show', 'invoice_2:refund-desk:refund'],
    ['show', 'invoice_3:refund-desk:refund'],
  ]) {
    runs.push(await project.run(...args), await project.run(...args, '--json'));
  }
  const screen = runs.map(({ out, err }) => out + err).join('\n');
  for (const secret of [secretNote, apiKey, 'ch_1', 'ada@shop', 'abcdef123456', '4242 4242', '\u001B']) {
    expect(screen).not.toContain(secret);
  }
  // The amount; a digest may have its figures by chance.
  expect(screen).not.toMatch(/(?<!\w)1000(?!\w)/);
  expect(screen).toContain('***@shop.example');

  const input = await project.run('show', 'invoice_2:refund-desk:refund', '--reveal');
  expect(input.out).toContain(secretNote);
  const cancelled = await project.run('show', 'invoice_3:refund-desk:refund', '--reveal');
  expect(cancelled.out).not.toContain(secretNote);
  const outcome = await project.run('show', 'invoice_1:refund-desk:refund', '--reveal', '--json');
  expect(outcome.out).toContain(secretNote);
});

it('what a codec sealed is revealed only where the config opens it', async () => {
  const codec = `codec: {
    seal: (plain) => Buffer.from(plain).toString('base64'),
    open: (sealed) => Buffer.from(sealed, 'base64').toString(),
  },`;
  const project = await startProject({ options: codec });
  const app = project.app({
    codec: {
      seal: (plain) => Buffer.from(plain).toString('base64'),
      open: (sealed) => Buffer.from(sealed, 'base64').toString(),
    },
  });
  await project.refund(app, 'invoice_1');
  const show = ['show', 'invoice_1:refund-desk:refund', '--reveal'];
  expect((await project.run(...show)).out).toContain(secretNote);
  const without = await project.run(...show, '--ledger', 'sqlite:effects.db');
  expect(without.out).toContain('sealed, and not opened here: this process was given no codec');
  expect(without.out).not.toContain(secretNote);
});

it('a password in the URL of a ledger is never printed', async () => {
  const project = await startProject();
  const url = 'postgres://desk:hunter2secret@127.0.0.1:1/none';
  for (const args of [['status'], ['status', '--json']]) {
    const { code, out, err } = await project.run(...args, '--ledger', url);
    expect(code).toBe(4);
    expect(out + err).not.toContain('hunter2secret');
  }
});

it('an error of a config is masked', async () => {
  const project = await startProject();
  writeFileSync(join(project.path, 'bad.config.mjs'), `throw new Error('cannot use ${apiKey}')`);
  const { code, err } = await project.run('status', '--config', 'bad.config.mjs');
  expect({ code, err }).toEqual({ code: 2, err: 'bad.config.mjs could not be loaded: cannot use ***' });
});

describe('masked', () => {
  it.each([
    ['redis://user:pass@host:6379/0 is down', 'redis://user:***@host:6379/0 is down'],
    ['No such token: sk_live_abcdef123', 'No such token: ***'],
    ['xoxb-1234567890-abc is revoked', '*** is revoked'],
    ['to ada.lovelace+x@shop.example', 'to ***@shop.example'],
    [
      `for Message-ID <oncely_${'0a'.repeat(24)}@shop.example>, sent to ada@shop.example`,
      `for Message-ID <oncely_${'0a'.repeat(24)}@shop.example>, sent to ***@shop.example`,
    ],
    ['to oncely_0a@shop.example', 'to ***@shop.example'],
    ['card 4242-4242-4242-4242 declined', 'card *** declined'],
    ['two\nlines\u001B[2Jand\u202Emore', 'two lines [2Jand more'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.c2ln', '***'],
    ['charge ch_1Fake000000002 at 2026-11-25', 'charge ch_1Fake000000002 at 2026-11-25'],
  ])('%j', (text, expected) => {
    expect(masked(text)).toBe(expected);
  });
});
