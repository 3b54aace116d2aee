import { expect, it } from 'vitest';

import { sayWrite } from '../src/saying.ts';

const said = (parameters: Readonly<Record<string, unknown>>): string =>
  sayWrite({ operation: 'email.send', parameters, account: '' }).summary;

it('I12: a mail says from whom, to whom, also hidden and by its envelope, what it begins with, and what is attached', () => {
  const summary = said({
    from: ['a@x.com'],
    to: ['b@x.com'],
    cc: ['c@x.com'],
    bcc: ['d@x.com'],
    replyTo: ['e@x.com'],
    envelope: { to: ['evil@x.com'] },
    subject: 'You are fired',
    text: 'Leave.\nNow.',
    attachments: [{ filename: 'customers.csv' }],
  });
  const all = ['a@x.com', 'b@x.com', 'cc c@x.com', 'bcc d@x.com', 'answers to e@x.com', 'delivered to evil@x.com'];
  for (const each of [...all, '"You are fired"', 'Leave.', 'customers.csv']) expect(summary).toContain(each);
});

it('says what is missing', () => {
  expect(said({})).toBe('Send a mail from nobody by its header to nobody by its header without a subject');
});
