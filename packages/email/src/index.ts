/**
 * E-mail with nodemailer under the ledger of Oncely.
 * @module
 */
export { oncelyEmail } from './adapter.ts';
export type { EmailOptions } from './adapter.ts';
export type { TransporterLike } from './transporter.ts';
