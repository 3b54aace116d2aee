import type { Readable } from 'node:stream';

import type { CompiledMessage } from './composer.ts';

/** What is used of a nodemailer transporter, all of it public: `nodemailer.createTransport(...)` gives one. */
export interface TransporterLike {
  readonly sendMail: (...args: never[]) => unknown;
  readonly use: (...args: never[]) => unknown;
  /** The transport below it. */
  readonly transporter?: { readonly name?: string; readonly options?: unknown };
  /** What `createTransport` was given. */
  readonly options?: unknown;
  /** What `createTransport` was given as the second argument; public by nodemailer's own declaration. */
  readonly _defaults?: object;
}

/** What `sendMail` takes: addresses, texts, attachments. */
export type MailData = Readonly<Record<string, unknown>>;

export type Plugin = (mail: MailInWork, done: (error?: Error) => void) => void;

/** A message on its way through nodemailer's plugins. */
export interface MailInWork {
  /** nodemailer's own copy of what was given to `sendMail`, with the transporter's defaults. */
  readonly data: Record<string, unknown>;
  readonly message: Pick<CompiledMessage, 'getEnvelope'> & { createReadStream(options?: object): Readable };
}
