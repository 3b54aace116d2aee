import {
  defineAdapter,
  defineOperation,
  OncelyError,
  type Adapter,
  type AdapterRuntime,
  type Operation,
} from '@oncely/core';

import { createDelivery, type Delivery } from './delivery.ts';
import { probe, restore } from './probe.ts';
import { prepareRequest, readCall, type MailCall } from './request.ts';
import { fromResponse, toResponse } from './response.ts';
import type { MailData, TransporterLike } from './transporter.ts';

export interface EmailOptions<Accounts extends 'one' | 'many' = 'one' | 'many'> {
  /** `many`: the builder is given an account, and `oncely.clients.email` is a function of it. */
  readonly accounts?: Accounts;
  /** The longest that a message on its way may still be accepted and show in a mailbox, in milliseconds. Default 60,000. */
  readonly landingBoundMs?: number;
}

type Callback = (error: unknown, info?: unknown) => void;

/**
 * Puts a nodemailer transporter under the ledger: `sendMail` sends once per effect. Where the line breaks before the
 * message it is sent again, where it breaks after its first byte a person is asked: SMTP has no key and no question.
 *
 * @example
 * const email = oncelyEmail(() => nodemailer.createTransport({ host: 'smtp.example.com', auth: { user, pass } }));
 */
export function oncelyEmail<Client extends TransporterLike>(
  build: () => Client,
  options?: EmailOptions<'one'>,
): Adapter<Client, 'one'>;
export function oncelyEmail<Client extends TransporterLike>(
  build: (account: string) => Client,
  options: EmailOptions<'many'> & { readonly accounts: 'many' },
): Adapter<Client, 'many'>;
export function oncelyEmail<Client extends TransporterLike>(
  build: (account: string) => Client,
  options: EmailOptions = {},
): Adapter<Client> {
  const operation = defineOperation({
    name: 'email.send',
    safety: { kind: 'unverifiable' },
    landingBoundMs: options.landingBoundMs ?? 60_000,
    material: ['to', 'cc', 'bcc', 'from', 'replyTo', 'attachments'],
    wording: [
      'subject',
      'text',
      'html',
      'amp',
      'watchHtml',
      'icalEvent',
      'alternatives',
      'date',
      'messageId',
      '$names',
    ],
  });
  return defineAdapter<Client, 'one' | 'many'>({
    vendor: 'email',
    accounts: options.accounts ?? 'one',
    connect: (runtime, account) => {
      const client = build(account);
      refuseOther(client);
      const delivery = createDelivery(client);
      (client as { sendMail: unknown }).sendMail = sendMailUnder(runtime, delivery, operation);
      return {
        client,
        resend: (target, permit) => delivery.deliver(target.request, permit),
        probe,
        restore,
      };
    },
  });
}

// Registered, so that two copies of this package recognise each other's work.
const ours = Symbol.for('@oncely/email/sendMail');

function sendMailUnder(runtime: AdapterRuntime, delivery: Delivery, operation: Operation): TransporterLike['sendMail'] {
  const send = async (data: MailData): Promise<unknown> => {
    // Now, as the caller may change its objects later; a refusal waits until it is known that the call is ours.
    const read = attemptTo(() => readCall(data));
    const response = await runtime.perform({
      operation,
      get parameters() {
        return read().parameters;
      },
      prepare: (keys) => prepareRequest(read(), keys),
      send: (request, permit) => delivery.deliver(request, permit, read().unstored),
      passThrough: async () => toResponse(await delivery.sendMail(data)),
    });
    return fromResponse(response);
  };
  const sendMail = (data?: MailData, callback?: Callback): Promise<unknown> | undefined => {
    const sent = send(data ?? {});
    if (typeof callback !== 'function') return sent;
    // Out of the promise, so that what a callback throws is its own.
    sent.then(
      (info) => setImmediate(callback, null, info),
      (error: unknown) => setImmediate(callback, error),
    );
    return undefined;
  };
  return Object.assign(sendMail, { [ours]: true });
}

function attemptTo(read: () => MailCall): () => MailCall {
  try {
    const call = read();
    return () => call;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function refuseOther(client: TransporterLike): void {
  const bad = (message: string): never => {
    throw new OncelyError('invalid_config', {
      message: `oncelyEmail: ${message}.`,
      fix: 'oncelyEmail(() => nodemailer.createTransport({ ... }))',
    });
  };
  if (typeof client?.sendMail !== 'function' || typeof client.use !== 'function')
    bad('the builder gave no transporter');
  if (ours in client.sendMail) bad('this transporter is under a ledger already; the builder must make a new one');
}
