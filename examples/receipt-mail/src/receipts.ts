import { createOncely, isOncelyError, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyEmail, sendEach, type MailProbe } from '@oncely/email';
import { startSmtpFake } from '@oncely/testing/fakes/smtp';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import nodemailer from 'nodemailer';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const from = 'Desk <desk@shop.example>';

/** A process of the shop: a transporter of its own on the ledger that all of them share. */
function startShop(ledger: Ledger, server: { readonly host: string; readonly port: number }, probe?: MailProbe) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(
        () => nodemailer.createTransport({ host: server.host, port: server.port }, { from }),
        // No time to wait in an example: by default a mail on its way has a minute to show.
        { landingBoundMs: 0, ...(probe === undefined ? {} : { probe }) },
      ),
    },
  });
  const { email } = oncely.clients;
  return {
    receipt: (path: string) =>
      oncely.scope({ businessId: 'invoice_98342', workflowId: 'billing' }, () =>
        oncely.effect('receipt', () =>
          email.sendMail({
            to: 'ann@customer.example',
            subject: 'Your receipt',
            text: 'Thank you.',
            attachments: [{ path }],
          }),
        ),
      ),
    news: (id: number) =>
      oncely.scope({ businessId: `newsletter_2026_11:${id}`, workflowId: 'newsletter' }, () =>
        oncely.effect('mail', () => email.sendMail({ to: `c${id}@customer.example`, subject: 'News', text: 'News.' })),
      ),
    close: () => email.close(),
  };
}

/** Runs the example against an SMTP server on loopback; returns what it counted there. */
export async function receipts(
  say: (line: string) => void,
): Promise<{ readonly receipts: number; readonly news: number }> {
  const server = await startSmtpFake();
  const folder = await mkdtemp(join(tmpdir(), 'oncely-receipt-'));
  const counted = (subject: string): number => server.effects((mail) => mail.subject === subject).length;
  try {
    const path = join(folder, 'receipt-98342.pdf');
    await writeFile(path, '%PDF-1.7 ...');
    const ledger = memoryLedger();

    say('The server takes the receipt, and the line breaks before its word on it.');
    server.fail({ kind: 'drop', at: 'after_dot' });
    const first = startShop(ledger, server);
    await first.receipt(path).catch((error: unknown) => {
      if (!isOncelyError(error)) throw error;
      say(
        `-> ${error.code}: nobody knows, so nothing is sent again. Receipts at the server: ${counted('Your receipt')}`,
      );
    });

    say('Other invoices are sent by a shop that can look into what was sent.');
    const sent: MailProbe = {
      find: async ({ messageId }) =>
        server.effects((mail) => mail.messageId === messageId).length > 0 ? { kind: 'found' } : { kind: 'absent' },
    };
    const other = memoryLedger();
    server.fail({ kind: 'drop', at: 'after_dot' });
    const second = startShop(other, server, sent);
    await second.receipt(path);
    say(`-> found and settled in the same call. Receipts at the server: ${counted('Your receipt')}`);

    say('A newsletter to 50 is interrupted after 20, and run again.');
    const abort = new AbortController();
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done === 20) abort.abort();
    };
    await sendEach(numbers(50), second.news, { concurrency: 4, signal: abort.signal, onProgress });
    const third = startShop(other, server);
    const { done } = await sendEach(numbers(50), third.news, { concurrency: 4 });
    say(`-> ${done} done, ${counted('News')} mails at the server`);
    for (const shop of [first, second, third]) shop.close();
    return { receipts: counted('Your receipt'), news: counted('News') };
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

function* numbers(count: number): Generator<number> {
  for (let number = 1; number <= count; number += 1) yield number;
}
