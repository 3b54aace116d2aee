/**
 * The person who settles what no program can: whether a mail whose answer was lost was accepted. This one reads the
 * mailbox, for the Message-ID that the stopped effect names.
 */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyEmail } from '@oncely/email';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import { createTransport } from 'nodemailer';

/** Decides every stopped effect of the ledger. */
export async function askPerson(ledger: string, mailbox: SmtpFake): Promise<void> {
  const { host, port } = mailbox;
  const oncely = createOncely({
    ledger: sqliteLedger(ledger),
    clients: { mail: oncelyEmail(() => createTransport({ host, port })) },
  });
  const { effects } = await oncely.effects.list({ state: 'stopped', limit: 1_000 });
  for (const { key, stopped } of effects) {
    const messageId = /Message-ID (<\S+>)/.exec(stopped ?? '')?.[1] ?? '';
    const isThere = mailbox.effects((mail) => mail.messageId === messageId).length > 0;
    await oncely.effects.resolve(
      key,
      { happened: isThere ? { vendorId: messageId } : false },
      { by: 'kim@example.com', reason: isThere ? 'it is in the mailbox' : 'it is not in the mailbox' },
    );
  }
  await oncely.close();
}
