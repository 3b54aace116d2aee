import { join } from 'node:path';

import { createOncely, type Adapter, type Oncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyEmail } from '@oncely/email';
import { startSmtpFake, type SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer, { type Transporter } from 'nodemailer';

import { atEndOfFile } from '../../../scripts/at-end-of-file.ts';
import { startProject, type Project } from './project.ts';

const parts = { businessId: 'invoice_1', workflowId: 'refund-desk' };

interface MailProject {
  readonly project: Project;
  readonly smtp: SmtpFake;
  readonly desk: Oncely<{ readonly email: Adapter<Transporter, 'one'> }>;
  readonly notify: (id?: string) => Promise<unknown>;
}

/** A project that sends mail, and its application in this process. */
export async function mailProject(): Promise<MailProject> {
  const smtp = await startSmtpFake();
  const { host, port } = smtp;
  const project = await startProject({
    imports: `import { oncelyEmail } from '@oncely/email';\nimport nodemailer from 'nodemailer';`,
    clients: `email: oncelyEmail(() => nodemailer.createTransport({ host: '${host}', port: ${port} }), { landingBoundMs: 0 }),`,
  });
  const desk = createOncely({
    ledger: sqliteLedger(join(project.path, 'effects.db')),
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host, port }) as Transporter, { landingBoundMs: 0 }),
    },
  });
  atEndOfFile(() => smtp.close());
  atEndOfFile(() => desk.close());
  atEndOfFile(() => desk.clients.email.close());
  const notify = (step = 'notify'): Promise<unknown> =>
    desk.scope(parts, () =>
      desk.effect(step, () =>
        desk.clients.email.sendMail({
          from: 'desk@shop.example',
          to: 'ann@customer.example',
          subject: 'Your refund',
          text: 'On its way.',
        }),
      ),
    );
  return { project, smtp, desk, notify };
}
