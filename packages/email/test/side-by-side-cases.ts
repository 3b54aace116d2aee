import type { SmtpFault } from '@oncely/testing/fakes/smtp';

/** A failure of every send of one mail. */
export interface Case {
  readonly name: string;
  readonly fault: SmtpFault;
  /** For a failure by time: how long nodemailer waits. Its silence is the failure, so nothing depends on the figure. */
  readonly patience?: { readonly greetingTimeout: number; readonly socketTimeout: number };
  /** Mails accepted of nodemailer, by one call and by a caller that tries three times; the same in a pool. */
  readonly raw: readonly [once: number, thrice: number];
  /** How three calls of the same effect end. */
  readonly ends: 'not_sent' | 'closing' | 'put off' | 'refused' | 'stopped';
}

const patience = { greetingTimeout: 400, socketTimeout: 400 };

export const cases: readonly Case[] = [
  { name: 'closed in the greeting', fault: { kind: 'drop', at: 'greeting' }, raw: [0, 0], ends: 'not_sent' },
  { name: 'closed at DATA, before the message', fault: { kind: 'drop', at: 'data' }, raw: [0, 0], ends: 'not_sent' },
  { name: 'silent at DATA', fault: { kind: 'silent', at: 'data' }, patience, raw: [0, 0], ends: 'not_sent' },
  { name: 'closed in the message', fault: { kind: 'drop', at: 'body' }, raw: [0, 0], ends: 'stopped' },
  { name: 'closed behind the dot', fault: { kind: 'drop', at: 'after_dot' }, raw: [1, 3], ends: 'stopped' },
  { name: 'silent behind the dot', fault: { kind: 'silent', at: 'after_dot' }, patience, raw: [1, 3], ends: 'stopped' },
  { name: '421 behind the dot', fault: { kind: 'reject', at: 'after_dot', code: 421 }, raw: [0, 0], ends: 'closing' },
  { name: '451 behind the dot', fault: { kind: 'reject', at: 'after_dot', code: 451 }, raw: [0, 0], ends: 'put off' },
  { name: '554 behind the dot', fault: { kind: 'reject', at: 'after_dot', code: 554 }, raw: [0, 0], ends: 'refused' },
];
