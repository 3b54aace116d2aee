/** What the killed processes run: one mail through Oncely by Exim, whose log is complete, and its recovery. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { readFile } from 'node:fs/promises';
import nodemailer from 'nodemailer';

import { oncelyEmail } from '../../src/index.ts';

export interface EximAgentArguments {
  readonly ledger: string;
  readonly smtpPort: number;
  readonly logFile: string;
  readonly pool: boolean;
  readonly businessId: string;
}

function open({ ledger, smtpPort, pool, logFile }: EximAgentArguments) {
  return createOncely({
    ledger: sqliteLedger(ledger),
    leaseMs: 3_000,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(
        () => nodemailer.createTransport({ host: '127.0.0.1', port: smtpPort, ignoreTLS: true, pool: pool as true }),
        {
          landingBoundMs: 1_000,
          probe: {
            absenceIsProof: true,
            async find({ messageId = '' }) {
              const log = await readFile(logFile, 'utf8');
              const times = log.split('\n').filter((line) => line.includes(` id=${messageId.slice(1, -1)} `)).length;
              return times === 0 ? { kind: 'absent' } : { kind: 'found', times };
            },
          },
        },
      ),
    },
  });
}

export async function agent(args: EximAgentArguments): Promise<string> {
  const oncely = open(args);
  const { email } = oncely.clients;
  const { messageId } = await oncely.scope({ businessId: args.businessId, workflowId: 'refund-desk' }, () =>
    oncely.effect('notify', () =>
      email.sendMail({
        from: 'desk@shop.example',
        to: `${args.businessId}@customer.example`,
        subject: 'Your refund',
        text: 'It is on its way.',
      }),
    ),
  );
  email.close();
  await oncely.close();
  return messageId;
}

export async function recovery(args: EximAgentArguments): Promise<unknown> {
  const oncely = open(args);
  const { states } = await oncely.recover();
  await oncely.close();
  return states;
}
