/** An agent whose one effect nobody can look up. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyEmail } from '@oncely/email';
import { createTransport } from 'nodemailer';

const { LEDGER = '', SMTP_PORT = '' } = process.env;

const oncely = createOncely({
  ledger: sqliteLedger(LEDGER),
  leaseMs: 800,
  clients: {
    email: oncelyEmail(() => createTransport({ host: '127.0.0.1', port: Number(SMTP_PORT) }), { landingBoundMs: 100 }),
  },
});

export async function agent(): Promise<void> {
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
    oncely.effect('mail', () =>
      oncely.clients.email.sendMail({
        from: 'desk@example.com',
        to: 'ada@example.com',
        subject: 'Refund',
        text: 'Done.',
      }),
    ),
  );
}
