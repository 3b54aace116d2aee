import { expect, it } from 'vitest';

import { table } from '../../src/table.ts';
import { readmes } from './readme.ts';

/** A formatter aligns columns. */
const words = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

it('the README shows the classes as they are; if not, run packages/slack/test/readme/write-readme.ts', () => {
  const { held, made } = readmes();
  expect(words(held)).toBe(words(made));
});

it('the README names every write', () => {
  const { held } = readmes();
  const writes = table.filter(({ kind }) => kind !== 'read' && kind !== 'steps');
  expect(writes.filter(({ method }) => !held.includes(`\`${method}\``))).toEqual([]);
});
