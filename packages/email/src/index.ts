/**
 * E-mail with nodemailer under the ledger of Oncely.
 * @module
 */
export { oncelyEmail } from './adapter.ts';
export type { EmailOptions } from './adapter.ts';
export type { TransporterLike } from './transporter.ts';
export { imapProbe } from './imap.ts';
export type { ImapClientLike, ImapProbeOptions } from './imap.ts';
export type { MailAnswer, MailProbe, MailQuestion } from './probe.ts';
export type { ProviderKey, ProviderName } from './provider.ts';
export { restOf } from './rest.ts';
export type { PartialResult, Rest } from './rest.ts';
export { sendEach } from './send-each.ts';
export type { BulkProgress, BulkResult, SendEachOptions } from './send-each.ts';
