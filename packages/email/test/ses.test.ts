import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';

import { failureOf, mail } from './desk.ts';
import { closed, open, said, startSes, type Reply } from './ses-desk.ts';

describe.each<[string, Reply]>([
  ['a closed connection', closed],
  ['a 500 of SES', said(500, 'InternalServiceErrorException')],
  ['a 503 of something in between', said(503)],
])('%s', (_name, reply) => {
  it('the SDK alone sends three times; under the ledger it sends once and stops for a person', async () => {
    const bare = await startSes();
    bare.say(reply);
    const transporter = nodemailer.createTransport({ SES: { sesClient: bare.sesClient, SendEmailCommand } });
    await failureOf(transporter.sendMail(mail));
    expect(bare.sends()).toBe(3);

    const { sesClient, sends, say } = await startSes();
    const { send } = open(sesClient);
    say(reply);
    expect(await failureOf(send())).toMatchObject({ code: 'stopped', next: 'ask-a-person' });
    expect(sends()).toBe(1);
    say(said(200));
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(sends()).toBe(1);
  });
});

it('a 403 of something in between proves nothing', async () => {
  const { sesClient, sends, say } = await startSes();
  const { send } = open(sesClient);
  say(said(403));
  expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
  expect(sends()).toBe(1);
});

it('a limit of SES is waited out, and then it is sent', async () => {
  const { sesClient, sends, say } = await startSes();
  const { send, state, later } = open(sesClient);
  say(said(429, 'TooManyRequestsException'));
  expect(await failureOf(send())).toMatchObject({ name: 'TooManyRequestsException' });
  expect(await state()).toBe('ready');
  expect(sends()).toBe(1);
  say(said(200));
  later();
  expect(await send()).toMatchObject({ messageId: '<ses-1@eu-west-1.amazonses.com>' });
  expect(sends()).toBe(2);
});

it.each(['MessageRejected', 'MailFromDomainNotVerifiedException', 'BadRequestException'])(
  '%s reaches the caller as it is, and nothing is final: it is often mended at Amazon',
  async (type) => {
    const { sesClient, sends, say } = await startSes();
    const { send, state } = open(sesClient);
    say(said(400, type));
    expect(await failureOf(send())).toMatchObject({ name: type });
    expect(await state()).toBe('ready');
    say(said(200));
    await send();
    expect(sends()).toBe(2);
  },
);

it('a client that serves others too is theirs: outside of an effect its retries stay', async () => {
  const { sesClient, sends, say } = await startSes();
  const { send } = open(sesClient);
  await send();
  say(closed);
  await failureOf(
    sesClient.send(new SendEmailCommand({ Content: { Raw: { Data: Buffer.from('x') } } })) as Promise<unknown>,
  );
  expect(sends()).toBe(1 + 3);
});
