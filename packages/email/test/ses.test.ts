import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf, mail } from './desk.ts';

// Amazon's own SDK, whose default is three sends, against a server that says what it is told to.

type Reply = (response: ServerResponse) => void;

const said =
  (status: number, type?: string): Reply =>
  (response) => {
    const own = type === undefined ? {} : { 'x-amzn-errortype': type, 'x-amzn-requestid': 'r-1' };
    response.writeHead(status, { 'content-type': 'application/json', ...own });
    response.end(status === 200 ? '{"MessageId":"ses-1"}' : '{"message":"no"}');
  };
const closed: Reply = (response) => response.destroy();

/** Every request that arrived whole counts as a mail, unless SES itself refused it. */
async function startSes() {
  let reply: Reply = said(200);
  let sends = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      sends += 1;
      reply(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const sesClient = new SESv2Client({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  onTestFinished(() => sesClient.destroy());
  return {
    sesClient,
    sends: () => sends,
    say: (next: Reply) => {
      reply = next;
    },
  };
}

function open(sesClient: SESv2Client) {
  let now = Date.now();
  const oncely = createOncely({
    ledger: memoryLedger({ now: () => now }),
    drainOnSigterm: false,
    maxAttempts: 1,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ SES: { sesClient, SendEmailCommand } }), {
        landingBoundMs: 0,
      }),
    },
  });
  const send = (effect = 'notify'): Promise<{ readonly messageId: string }> =>
    oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
      oncely.effect(effect, () => oncely.clients.email.sendMail(mail)),
    );
  return {
    send,
    state: async () => (await oncely.effects.get('b:w:notify'))?.state,
    later: () => {
      now += 60_000;
    },
  };
}

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
