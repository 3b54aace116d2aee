import { expect, it } from 'vitest';

import { operationNames } from '../src/methods.ts';
import { methodOf } from '../src/request.ts';
import { sayWrite } from '../src/saying.ts';

it(`I12: each of the ${operationNames.length} writes says where, to whom, what, and its workspace`, () => {
  const poor: string[] = [];
  for (const operation of operationNames) {
    const parameters = { channel: 'C0123', user: 'U0123', text: 'first line\nsecond', ts: '17.1', flag: true };
    const { summary, texts } = sayWrite({ operation, parameters, account: 'T07' });
    const wanted = ['C0123', 'U0123', 'first line', '17.1', 'flag true', 'T07'];
    if (!wanted.every((each) => summary.includes(each)) || texts?.includes('text') !== true) poor.push(summary);
    if (sayWrite({ operation, parameters: {}, account: '' }).summary.length < 6) poor.push(operation);
  }
  expect(poor).toEqual([]);
});

it.each([
  ['slack.chat.postMessage', { channel: 'C01AB', text: 'Hi <!channel>' }, 'Post a message in C01AB "Hi <!channel>"'],
  [
    'slack.chat.postMessage',
    { channel: '#general', text: 'Hi' },
    'Post a message in #general (by name: whichever has it when it is sent) "Hi"',
  ],
  ['slack.conversations.archive', { channel: 'C01AB' }, 'Archive conversations in C01AB'],
])('%s %j', (operation, parameters, words) => {
  expect(sayWrite({ operation, parameters, account: '' }).summary).toBe(words);
});

it.each(['chat.postmessage', './CHAT.postMessage', 'x/../chat.postMessage', 'chat.postMessage?x=1#y'])(
  'however a method is spelled, it has one name by which policies know it: %s',
  (method) => {
    expect(methodOf(new URL(method, 'https://slack.com/api/').href)).toBe('chat.postMessage');
  },
);
