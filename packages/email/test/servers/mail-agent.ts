/** What the killed processes run: one mail through Oncely by real servers, its recovery, and a person's word on it. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { ImapFlow } from 'imapflow';
import nodemailer from 'nodemailer';

import { imapProbe, oncelyEmail } from '../../src/index.ts';

export interface MailAgentArguments {
  readonly ledger: string;
  readonly smtpPort: number;
  readonly pool: boolean;
  readonly imapPort: number;
  readonly imapPassword: string;
  readonly businessId: string;
  readonly onDoubt?: 'resend';
  /** The DKIM key of shop.example, in PEM. */
  readonly dkim: string;
}

const from = 'desk@shop.example';

/** All of them send within the landing bound: these servers are idle, and on this machine. */
function open(args: MailAgentArguments) {
  const { smtpPort, imapPort, imapPassword, pool, dkim } = args;
  return createOncely({
    ledger: sqliteLedger(args.ledger),
    leaseMs: 3_000,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(
        () =>
          nodemailer.createTransport({
            host: '127.0.0.1',
            port: smtpPort,
            ignoreTLS: true,
            pool: pool as true,
            dkim: { domainName: 'shop.example', keySelector: 'key1', privateKey: dkim },
          }),
        {
          landingBoundMs: 1_000,
          probe: imapProbe(
            () =>
              new ImapFlow({
                host: '127.0.0.1',
                port: imapPort,
                secure: false,
                auth: { user: from, pass: imapPassword },
                logger: false,
              }),
          ),
        },
      ),
    },
  });
}

/** Sends the mail and gives its Message-ID. */
export async function agent(args: MailAgentArguments): Promise<string> {
  const oncely = open(args);
  const { email } = oncely.clients;
  const options = args.onDoubt === undefined ? {} : { onDoubt: args.onDoubt };
  const { messageId } = await oncely.scope({ businessId: args.businessId, workflowId: 'refund-desk' }, () =>
    oncely.effect('notify', options, () =>
      email.sendMail({
        from,
        to: `${args.businessId}@customer.example`,
        subject: 'Your refund',
        text: 'It is on its way.',
      }),
    ),
  );
  email.close();
  return messageId;
}

export async function recovery(args: MailAgentArguments): Promise<unknown> {
  const oncely = open(args);
  return (await oncely.recover()).states;
}

/** A person who found nothing in the mailbox. */
export async function notFound(args: MailAgentArguments): Promise<void> {
  const oncely = open(args);
  await oncely.effects.resolve(`${args.businessId}:refund-desk:notify`, { happened: false }, { by: 'paula' });
}
