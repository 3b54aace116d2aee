import { OncelyError, type Permit, type Verdict } from '@oncely/core';
import { entrust } from '@oncely/core/adapter';

import { abortedBy } from './aborting.ts';
import { gate, openAttempt, type Attempt } from './attempt.ts';
import { classify, type TransportKind } from './classify.ts';
import { closedToDefaults, removeDefaultHeaders } from './defaults.ts';
import { withOutside, type Places } from './outside.ts';
import type { ProviderKey } from './provider.ts';
import { mailerClassOf } from './composer.ts';
import { envelopeOf, sameEnvelope } from './recipients.ts';
import { readRequest, setFixedParts, type Unstored } from './request.ts';
import { toResponse } from './response.ts';
import { sendingOnce, type SesSend } from './ses.ts';
import type { MailData, MailInWork, Plugin, TransporterLike } from './transporter.ts';

export interface Delivery {
  /** `sendMail` as it was. */
  readonly sendMail: (data: MailData) => Promise<unknown>;
  /** Sends a stored request once, and says what that proves. */
  deliver(request: string, permit: Permit, unstored?: Unstored, places?: Places): Promise<Verdict>;
}

/** What is known of nodemailer's own transports. */
const readersByName: Readonly<Record<string, TransportKind>> = {
  SMTP: 'smtp',
  'SMTP (pool)': 'smtp',
  Sendmail: 'reader',
  SESTransport: 'ses',
  StreamTransport: 'local',
  JSONTransport: 'local',
};

/** A name says little: nodemailer's own are made by classes, a plain object is of somebody's own. */
function kindOf({ transporter: transport }: TransporterLike): TransportKind {
  if (transport === undefined || Object.hasOwn(transport, 'send')) return 'other';
  return readersByName[transport.name ?? ''] ?? 'other';
}

/** Sends through a transporter's own `sendMail`, watched by plugins of ours. */
export function createDelivery(transporter: TransporterLike, provider?: ProviderKey): Delivery {
  const sendMail = transporter.sendMail.bind(transporter) as (data: MailData) => Promise<unknown>;
  // Somebody's own around nodemailer's, such as a spy of a test: it may answer without ever calling it.
  const isNodemailers = transporter.sendMail === mailerClassOf(transporter)?.prototype.sendMail;
  // A stub may have none; its mails are refused before they come here.
  const use = (step: 'compile' | 'stream', plugin: Plugin): unknown =>
    (transporter.use as ((...args: unknown[]) => unknown) | undefined)?.call(transporter, step, plugin);
  const kind = kindOf(transporter);
  const once = kind === 'ses' ? sendingOnce(transporter) : <T>(_seen: SesSend, send: () => T): T => send();
  // By the signal, which nodemailer hands on as it is: its copy of the data is another object, and a pool sends from
  // the asynchronous context of whoever freed the connection.
  const attempts = new WeakMap<AbortSignal, Attempt>();
  const attemptOf = ({ data }: MailInWork): Attempt | undefined => attempts.get(data['signal'] as AbortSignal);
  let passing = 0;

  use('compile', (mail, done) => {
    const attempt = attemptOf(mail);
    if (attempt) {
      removeDefaultHeaders(mail.data, attempt.request.mail, transporter);
      setFixedParts(mail.data, attempt.request);
    }
    done();
  });
  use('stream', (mail, done) => {
    const attempt = attemptOf(mail);
    try {
      if (attempt) watch(mail, attempt);
      else if (passing === 0) throw pastTheLedger();
      done();
    } catch (error) {
      done(error as Error);
    }
  });

  /** Around the stream that the transport reads, so behind the signing by DKIM, which reads ahead. */
  const watch = ({ message }: MailInWork, attempt: Attempt): void => {
    attempt.watch();
    const begin = (): void => {
      refuseOtherRecipients(attempt, message);
      attempt.begin();
    };
    if (kind === 'other' || kind === 'local') {
      // It may send from the data, without reading the message: this is the last moment there is.
      begin();
      return;
    }
    const createReadStream = message.createReadStream.bind(message);
    message.createReadStream = (options) => gate(createReadStream(options), attempt, begin);
  };

  return {
    async sendMail(data) {
      passing += 1;
      try {
        return await sendMail(data);
      } finally {
        passing -= 1;
      }
    },
    async deliver(stored, permit, { signal, ...credentials } = {}, places = new Map()) {
      // Of nodemailer's own the plugin asks before the message's first byte; of others it is asked before they are called.
      entrust(permit);
      const request = readRequest(stored);
      // Its doubt rests on this provider's promise; another one would send it a second time.
      if (request.keyed && request.keyed.header !== provider?.header) return otherProvider(request.keyed.header);
      let content: MailData;
      try {
        content = await withOutside(request.mail, places);
      } catch (error) {
        return refusedHere('content_not_here', error as Error);
      }
      const attempt = openAttempt(request, permit);
      const end = endOf(attempt, permit, signal);
      attempts.set(end.signal, attempt);
      const present = Object.entries(credentials).filter(([, value]) => value !== undefined);
      const mail = closedToDefaults(content, transporter);
      const data: MailData = { ...mail, ...Object.fromEntries(present), signal: end.signal };
      let over = false;
      const ses: SesSend = { isOver: () => over || permit.remainingMs() <= 1, handed: false };
      try {
        if (!isNodemailers) attempt.handOver();
        const info = await Promise.race([once(ses, () => sendMail(data)), end.reached]);
        return accepted(info);
      } catch (error) {
        over = true;
        const { begun, ended, failure } = attempt;
        return classify(error, { begun, ended, failure, kind, ses });
      } finally {
        attempt.abandon();
        end.dismiss();
      }
    },
  };
}

/** A plugin, or another version of nodemailer, that sends elsewhere than was judged and approved. */
function refuseOtherRecipients(attempt: Attempt, message: MailInWork['message']): void {
  const { envelope } = attempt.request;
  if (envelope === undefined || sameEnvelope(envelope, envelopeOf(message))) return;
  const error = new OncelyError('invalid_config', {
    message:
      'a plugin of this transporter, or another version of nodemailer, sends this mail to others than sendMail was called with, whom nobody has judged. Nothing was sent.',
    fix: 'change the recipients before sendMail is called, and not in transporter.use(...)',
  });
  attempt.fail(error);
  throw new Error(error.message, { cause: error });
}

/** Somebody holds nodemailer's own `sendMail` of this transporter: a restored spy, or a reference from before. */
function pastTheLedger(): OncelyError {
  return new OncelyError('invalid_config', {
    message:
      'this mail goes past the ledger, by a sendMail of this transporter that is not ours any more. Nothing was sent.',
    fix: 'call oncely.clients.email.sendMail, and let no test restore or replace it for good (mockRestore brings back what stood there before)',
  });
}

function otherProvider(header: string): Verdict {
  const error = new OncelyError('invalid_config', {
    message: `this mail was begun at a provider that dedupes by ${header}, and this transporter is not known to send to it. Nothing was sent.`,
    fix: "give the builder of before, or say that it is the same provider: oncelyEmail(build, { provider: 'resend' })",
  });
  return refusedHere('other_provider', error);
}

/** Before anything was done: this process cannot send it, another one may. */
function refusedHere(reason: string, error: Error): Verdict {
  return { evidence: 'not_applied', reason, environment: true, response: toResponse(error), cause: error };
}

function accepted(info: unknown): Verdict {
  const { messageId } = (info ?? {}) as { messageId?: unknown };
  const vendorId = typeof messageId === 'string' ? { vendorId: messageId } : {};
  return { evidence: 'accepted', response: toResponse(info), ...vendorId };
}

/**
 * The end of the lease, or the caller's abort. Once the message has begun the caller's abort is let pass: it could
 * not take the mail back, and would only hide whether it was accepted.
 */
function endOf(
  attempt: Attempt,
  permit: Permit,
  callers: unknown,
): { readonly signal: AbortSignal; readonly reached: Promise<never>; dismiss(): void } {
  const controller = new AbortController();
  const { promise: reached, reject } = Promise.withResolvers<never>();
  reached.catch(() => {});
  const end = (error: Error): void => {
    reject(error);
    controller.abort(error);
  };
  const timer = setTimeout(() => {
    end(Object.assign(new Error('no answer before the lease ended'), { code: 'ETIMEDOUT' }));
  }, permit.remainingMs());
  const caller = callers instanceof AbortSignal ? callers : undefined;
  const onAbort = (): void => {
    if (attempt.begun) return;
    end(abortedBy(caller));
  };
  caller?.addEventListener('abort', onAbort);
  if (caller?.aborted === true) onAbort();
  return {
    signal: controller.signal,
    reached,
    dismiss() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
