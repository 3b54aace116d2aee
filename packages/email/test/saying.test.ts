import { expect, it } from 'vitest';

import { previewOf } from '../../core/src/preview.ts';
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

it('the text follows the subject behind a colon, with no blank before it', () => {
  const mail = { from: ['a@x.com'], to: ['b@x.com'], subject: 'Your refund', text: 'Dear Ann' };
  expect(said(mail)).toBe('Send a mail from a@x.com to b@x.com "Your refund": Dear Ann');
  expect(said({ ...mail, subject: '' })).toBe('Send a mail from a@x.com to b@x.com without a subject: Dear Ann');
});

it('a person is shown the names beside addresses, and no address twice', () => {
  const shown = ($names: unknown): unknown =>
    previewOf({ say: sayWrite }, { operation: 'email.send', account: '' }, { to: ['a@x.com'], $names }, (all) => all);
  expect(shown({ to: ['a@x.com Ann', 'b@x.com '], cc: ['c@x.com '] })).toMatchObject({
    $names: { to: ['a@x.com Ann'] },
  });
  expect(JSON.stringify(shown({ to: ['a@x.com '] }))).not.toContain('$names');
});
