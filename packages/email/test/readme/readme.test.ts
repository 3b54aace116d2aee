import { expect, it } from 'vitest';

import { readmes } from './readme.ts';

/** A formatter aligns columns. */
const words = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

it('the README shows the sends as they are; if not, run packages/email/test/readme/write-readme.ts', () => {
  const { held, made } = readmes();
  expect(words(held)).toBe(words(made));
});
