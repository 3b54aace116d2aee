import { expect, it } from 'vitest';

import { encode } from '../src/encoding.ts';
import { createProbe } from '../src/probe.ts';
import { failureOf, openDesk, smtp } from './desk.ts';

const target = {
  operation: 'email.send',
  key: 'oncely_key',
  marker: 'oncely_new',
  markers: ['oncely_new', 'oncely_old'],
  request: encode({ marker: 'oncely_sent', date: new Date(0), mail: { from: 'desk@shop.example' } }),
  from: 0,
  until: 1,
};

/** A log that has these Message-IDs, and what it was asked for. */
function log(...held: string[]) {
  const asked: (string | undefined)[] = [];
  const find = createProbe({
    absenceIsProof: true,
    async find({ messageId }) {
      asked.push(messageId);
      return held.includes(messageId ?? '') ? { kind: 'found' } : { kind: 'absent' };
    },
  });
  return { find, asked };
}

it.each(['sent', 'new', 'old'])('a mail is found under the marker of each attempt that may stand: %s', async (name) => {
  const id = `<oncely_${name}@shop.example>`;
  expect(await log(id).find(target)).toMatchObject({ kind: 'found', matches: [{ vendorId: id }] });
});

it('two of them are two mails, and none is asked for twice', async () => {
  const { find, asked } = log('<oncely_sent@shop.example>', '<oncely_old@shop.example>');
  expect(await find(target)).toMatchObject({ matches: [{}, {}] });
  expect(asked).toEqual(['sent', 'new', 'old'].map((name) => `<oncely_${name}@shop.example>`));
  const own = log('<own@shop.example>');
  const request = encode({ marker: 'oncely_sent', date: new Date(0), mail: { messageId: '<own@shop.example>' } });
  expect(await own.find({ ...target, request })).toMatchObject({ matches: [{}] });
  expect(own.asked).toEqual(['<own@shop.example>']);
});

it.each<[string, object]>([
  ['messageId', { messageId: `<oncely_${'a'.repeat(48)}@shop.example>` }],
  ['a header', { headers: { 'Message-ID': `oncely_${'a'.repeat(48)}@shop.example` } }],
  ['a ready-made message', { raw: `Message-ID: <oncely_${'a'.repeat(48)}@shop.example>\r\n\r\nx` }],
])('a Message-ID of ours, given by the caller as %s, is refused', async (_name, change) => {
  const fake = await smtp();
  expect(await failureOf(openDesk(fake).notify(change))).toMatchObject({ code: 'invalid_input' });
  expect(fake.connections()).toBe(0);
});
