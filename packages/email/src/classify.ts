import type { Verdict } from '@oncely/core';
import { isUnconnected } from '@oncely/core/transport';

import { toResponse } from './response.ts';
import { refusalOfSes, type SesSend } from './ses.ts';

interface MailError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly rejectedErrors?: readonly { readonly responseCode?: number }[];
}

/** What is known of the attempt beside its error, whose fields cannot tell before the message from behind its dot. */
export interface Circumstances {
  /** A byte of the message was read, or it was handed to a transport that need not read it. */
  readonly begun: boolean;
  /** The message was handed over to its end. */
  readonly ended: boolean;
  /** Why it could not be composed, where that is what ended it. */
  readonly failure?: unknown;
  readonly kind: TransportKind;
  /** Of a send to SES. */
  readonly ses?: SesSend;
}

/**
 * `reader`: has no effect before it reads the message; `local`: nodemailer's own that hand the message back and send
 * nothing; `other`: need not read it at all.
 */
export type TransportKind = 'smtp' | 'ses' | 'reader' | 'local' | 'other';

const credentialCodes: ReadonlySet<unknown> = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2']);
/** SMTP replies that speak of the login and not of the mail: RFC 4954, section 6. */
const credentialReplies: ReadonlySet<unknown> = new Set([530, 534, 535, 538]);
/** The way to the server; another time it may work. */
const wayCodes: ReadonlySet<unknown> = new Set([
  'ECONNECTION',
  'EDNS',
  'EPROTOCOL',
  'EPROXY',
  'ESOCKET',
  'ESTREAM',
  'ETIMEDOUT',
  'ETLS',
]);

/**
 * What an error of nodemailer proves. A message without its final dot is nobody's (RFC 5321, 4.1.1.4); behind the dot
 * only a reply of the server is a no (4.2.5), and a lost connection is in doubt for good (RFC 1047).
 */
export function classify(thrown: unknown, { begun, ended, failure, kind, ses }: Circumstances): Verdict {
  const error: MailError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const smtp = kind === 'smtp';
  const { code } = error;
  const responseCode = replyOf(error);
  const reason = reasonOf(error);
  if (smtp && credentialCodes.has(code)) return environment(reason, error);
  if (smtp && responseCode !== undefined && (code === 'EENVELOPE' || code === 'EMESSAGE')) {
    if (isOfLogin(responseCode)) return environment(reason, error);
    if (isFinal(responseCode)) {
      return { evidence: 'rejected', reason, response: toResponse(error) };
    }
    if (responseCode === 503 || (responseCode >= 400 && responseCode < 500)) {
      return {
        evidence: 'not_applied',
        reason,
        response: toResponse(error),
        retryAfterMs: pauseMs(responseCode),
        cause: error,
      };
    }
  }
  const refusal = kind === 'ses' ? refusalOfSes(error, ses) : undefined;
  if (refusal?.pauseMs !== undefined) {
    const response = toResponse(error);
    return { evidence: 'not_applied', reason: refusal.reason, response, retryAfterMs: refusal.pauseMs, cause: error };
  }
  if (refusal) return environment(refusal.reason, error);
  // Before its end neither was the dot written nor SES called.
  const incomplete = !begun || (!ended && (smtp || kind === 'ses'));
  if (incomplete && failure !== undefined) return environment(reason, failure instanceof Error ? failure : error);
  if (begun && kind === 'local') return environment(reason, error);
  if (begun && incomplete) return { evidence: 'not_applied', reason, cause: error };
  if (kind === 'ses' && ses) {
    // The command was not made, not taken, or failed before its one request: nothing left this process.
    if (!ses.handed || ses.requested === false) return environment(reason, error);
    if (ses.requested === true && isUnconnected(error)) return { evidence: 'not_applied', reason, cause: error };
  }
  if (begun) return { evidence: 'unknown', reason, cause: error };
  if (wayCodes.has(code)) return { evidence: 'not_applied', reason, cause: error };
  // nodemailer itself refused: no recipient, an address that is none, a setting, the caller's abort.
  return environment(reason, error);
}

/**
 * The server's word on the mail: where every recipient was refused, and one of them for now only, that one's.
 * nodemailer before 10.6 reports the last one's.
 */
function replyOf({ responseCode, rejectedErrors = [] }: MailError): number | undefined {
  const codes = rejectedErrors.map((each) => each.responseCode ?? 0);
  return codes.find((code) => code >= 400 && code < 500) ?? responseCode;
}

/** Whether a reply says no to the mail for good, and not to the session or the login. */
export function isFinal(responseCode: number): boolean {
  // 503, bad sequence of commands, speaks of the session: the same mail can go through on a new one.
  return responseCode >= 500 && responseCode < 600 && responseCode !== 503 && !isOfLogin(responseCode);
}

export function isOfLogin(responseCode: number): boolean {
  return credentialReplies.has(responseCode);
}

function reasonOf(error: MailError): string {
  const { code, message } = error;
  const responseCode = replyOf(error);
  if (responseCode !== undefined) return `smtp_${responseCode}`;
  // Under this code nodemailer reports our own refusal to let the message through, too.
  return code === undefined || code === 'ESTREAM' ? message : code;
}

/** A retry by itself cannot help; the caller gets nodemailer's own error. */
function environment(reason: string, error: Error): Verdict {
  return { evidence: 'not_applied', reason, environment: true, response: toResponse(error), cause: error };
}

/** A session that ended is no reason to wait; a mailbox that is full or greylisted is one. */
function pauseMs(responseCode: number): number {
  return responseCode === 421 || responseCode === 503 ? 1_000 : 60_000;
}
