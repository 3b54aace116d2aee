import { readFileSync } from 'node:fs';

import { errorCodes } from '@oncely/core';
import { expect, it } from 'vitest';

import { generatedErrorTexts } from './error-texts.ts';
import { folder, run } from './project.ts';
import { runHere } from './surroundings.ts';

it('knows every error code, in the words of docs/errors.md', () => {
  const written = readFileSync(new URL('../src/error-texts.ts', import.meta.url), 'utf8');
  // One source: `node --conditions @oncely/source packages/oncely/test/write-error-texts.ts` writes it anew.
  expect(written).toBe(generatedErrorTexts());
});

it('explains a code without any ledger', async () => {
  const ran = await run(folder({ packages: false }), ['explain', 'in_doubt']);
  expect(ran).toEqual({
    code: 0,
    err: '',
    out: `in_doubt
  what happened  it was sent, and no answer proves whether it happened; the message quotes what the vendor said
  at the vendor  an attempt may have happened
  what to do     call again after \`retryAfterMs\`, or \`oncely.recover()\` (wait)
  Calling again with the same input is safe.`,
  });
});

it.each(Object.entries(errorCodes))('explains %s in JSON', async (code, { next, vendor }) => {
  const { out } = await runHere(['explain', code, '--json']);
  const said = JSON.parse(out) as Record<string, string>;
  expect(said).toEqual({ code, next, vendor, what: expect.any(String), todo: expect.any(String) });
  expect(said['what']).not.toBe('');
});

it('names the codes there are where the code is unknown', async () => {
  const { code, err } = await runHere(['explain', 'nothing_like_it']);
  expect(code).toBe(2);
  expect(err).toContain('in_doubt');
});
