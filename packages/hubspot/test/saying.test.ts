import { expect, it } from 'vitest';

import { listed } from '../src/operations.ts';
import { sayWrite } from '../src/saying.ts';

it(`I12: each of the ${listed.length} writes says its ids, what it sets, and its portal`, () => {
  const poor: string[] = [];
  for (const { name, path } of listed) {
    const ids: string[] = [];
    const filled = path.replaceAll(/\{[^}]+\}/g, () => {
      ids.push(`id${ids.length}7`);
      return ids.at(-1) ?? '';
    });
    const parameters = { $path: filled, 'properties.email': 'evil@example.com', 'properties.hs_note_body': 'words' };
    const { summary, texts } = sayWrite({ operation: name, parameters, account: '4711' });
    const wanted = [...ids, 'evil@example.com', 'words', '4711'];
    if (!wanted.every((each) => summary.includes(each)) || texts?.join() !== 'properties.hs_note_body')
      poor.push(summary);
    const bare = sayWrite({ operation: name, parameters: { $path: filled }, account: '' }).summary;
    if (bare.length < 8) poor.push(bare);
  }
  expect(poor).toEqual([]);
});

it.each([
  [
    'hubspot.crm.contacts.update',
    { 'properties.email': 'a@x.com', $path: '/crm/v3/objects/contacts/77' },
    'Update crm contacts 77 (email a@x.com)',
  ],
  ['hubspot.crm.contacts.archive', { $path: '/crm/v3/objects/contacts/77' }, 'Archive crm contacts 77'],
])('%s', (operation, parameters, words) => {
  expect(sayWrite({ operation, parameters, account: '' }).summary).toBe(words);
});
