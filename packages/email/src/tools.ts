/**
 * E-mail as tools for agents.
 * @module
 */
import { OncelyError } from '@oncely/core';
import { selectTools, type Tool, type ToolPolicy, type ToolRow } from '@oncely/core/tools';

import {
  handOver,
  replyToMail,
  sendMail,
  type MailDesk,
  type MailerForTools,
  type MailSetting,
} from './tools/mails.ts';

export type { MailerForTools, MailSetting } from './tools/mails.ts';

export type EmailToolName = 'email_send' | 'email_reply' | 'email_hand_over';

const table: Readonly<Record<EmailToolName, ToolRow<MailDesk>>> = {
  email_send: { build: sendMail },
  email_reply: { build: replyToMail },
  email_hand_over: { build: handOver },
};

/** Every tool that there is. */
export const emailToolNames: readonly EmailToolName[] = Object.keys(table) as EmailToolName[];

/**
 * The allowed tools over a transporter of `oncely.clients`. A mail is known by its recipient and its purpose, one of
 * those that the program names, never by its subject or text; the sender is the program's.
 *
 * @throws OncelyError `invalid_config` for a name that there is not, without a purpose, or to hand over to nobody.
 * @example
 * const tools = emailTools(oncely.clients.email, {
 *   allow: ['email_send'], from: 'desk@shop.example', purposes: ['refund-confirmation'],
 * });
 */
export function emailTools(
  mailer: MailerForTools,
  { from, purposes, mayReceive, desk, ...policy }: ToolPolicy<EmailToolName> & MailSetting,
): readonly Tool[] {
  if (purposes.length === 0) {
    throw new OncelyError('invalid_config', {
      message: 'purposes is empty: a mail is known by its recipient and its purpose.',
      fix: "emailTools(email, { purposes: ['refund-confirmation'], ... })",
    });
  }
  if (desk === undefined && policy.allow.includes('email_hand_over')) {
    throw new OncelyError('invalid_config', {
      message: 'email_hand_over is allowed, and there is nobody to hand over to.',
      fix: "emailTools(email, { desk: 'desk@shop.example', ... })",
    });
  }
  const setting: MailSetting = {
    from,
    purposes,
    ...(mayReceive === undefined ? {} : { mayReceive }),
    ...(desk === undefined ? {} : { desk }),
  };
  return selectTools(table, { mailer, setting }, policy);
}
