import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { mail } from './desk.ts';

// Amazon's own SDK, whose default is three sends, against a server that says what it is told to.

export type Reply = (response: ServerResponse) => void;

export const said =
  (status: number, type?: string): Reply =>
  (response) => {
    const own = type === undefined ? {} : { 'x-amzn-errortype': type, 'x-amzn-requestid': 'r-1' };
    response.writeHead(status, { 'content-type': 'application/json', ...own });
    response.end(status === 200 ? '{"MessageId":"ses-1"}' : '{"message":"no"}');
  };
export const closed: Reply = (response) => response.destroy();

/** Every request that arrived whole counts as a mail, unless SES itself refused it. */
export async function startSes(options: object = {}) {
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
    ...options,
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

export function open(
  sesClient: SESv2Client,
  ses: object = { SendEmailCommand },
  options: { leaseMs?: number; waitMs?: number } = {},
) {
  let now = Date.now();
  const oncely = createOncely({
    ledger: memoryLedger({ now: () => now }),
    drainOnSigterm: false,
    maxAttempts: 1,
    ...options,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ SES: { sesClient, ...ses } } as never), {
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
