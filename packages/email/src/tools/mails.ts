import { effectTool, refusal, type Tool, type ToolBounds, type ToolRefusal } from '@oncely/core/tools';
import { z } from 'zod';

import { address, repeatable } from './fields.ts';

/** What the tools use of a nodemailer transporter. */
export interface MailerForTools {
  sendMail(mail: object): PromiseLike<{ readonly messageId?: string }>;
}

/** What the program decides about mails, and no model. */
export interface MailSetting {
  readonly from: string;
  /** What mails may be for, such as `refund-confirmation`: a recipient gets one of each in a case. */
  readonly purposes: readonly [string, ...string[]];
  /** Who may be written to; by default anybody. */
  readonly mayReceive?: (address: string) => boolean;
  /** The address of the people behind the agent, for `email_hand_over`. */
  readonly desk?: string;
}

/** The transporter and what was decided. */
export interface MailDesk {
  readonly mailer: MailerForTools;
  readonly setting: MailSetting;
}

const sent = z.object({ message_id: z.string(), to: z.string() });
const subject = z.string().regex(/^[^\S\r\n]*\S[^\r\n]*$/);
const text = z.string().regex(/\S/).describe('The plain text of the mail');
const once = 'Once for a recipient and a purpose in this case, whatever its subject and its text.';

export function sendMail({ mailer, setting }: MailDesk, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'email_send',
    title: 'Send an e-mail',
    description: `Sends an e-mail to one person. ${once}`,
    inputSchema: repeatable({ to: address, purpose: purposeOf(setting), subject, text }, bounds.maxOccurrence),
    outputSchema: sent,
    annotations: { destructive: false },
    operation: 'email.send',
    resolve: (input) => allowed(setting, input.to),
    identity: (input) => ({ values: { to: input.to, purpose: input.purpose } }),
    perform: (input) =>
      mailer.sendMail({ from: setting.from, to: plain(input.to), subject: input.subject, text: input.text }),
    output: ({ messageId }, input) => ({ message_id: messageId, to: plain(input.to) }),
    say: (made, input) => `the ${input.purpose} mail to ${made.to} was accepted for delivery (${made.message_id})`,
  });
}

export function replyToMail({ mailer, setting }: MailDesk, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'email_reply',
    title: 'Reply to an e-mail',
    description: `Replies to an e-mail of a person, in its thread, by its Message-ID. ${once}`,
    inputSchema: repeatable(
      {
        to: address,
        in_reply_to: z
          .string()
          .regex(/^<[^<>\s]+>$/)
          .describe('The Message-ID of the mail that is answered, with its angle brackets'),
        purpose: purposeOf(setting),
        subject,
        text,
      },
      bounds.maxOccurrence,
    ),
    outputSchema: sent,
    annotations: { destructive: false },
    operation: 'email.send',
    resolve: (input) => allowed(setting, input.to),
    identity: (input) => ({
      ids: { mail: input.in_reply_to },
      values: { to: input.to, purpose: input.purpose },
    }),
    perform: (input) =>
      mailer.sendMail({
        from: setting.from,
        to: plain(input.to),
        subject: input.subject,
        text: input.text,
        inReplyTo: input.in_reply_to,
        references: input.in_reply_to,
      }),
    output: ({ messageId }, input) => ({ message_id: messageId, to: plain(input.to) }),
    say: (made) => `the reply to ${made.to} was accepted for delivery (${made.message_id})`,
  });
}

export function handOver({ mailer, setting }: MailDesk, bounds: ToolBounds): Tool {
  const { desk } = setting;
  return effectTool({
    ...bounds,
    name: 'email_hand_over',
    title: 'Hand the case over to a person',
    description:
      'Tells the people behind this agent, by e-mail to their own address, that one of them has to take over. Once in this case.',
    inputSchema: repeatable({ subject, text }, bounds.maxOccurrence),
    outputSchema: sent,
    annotations: { destructive: false, openWorld: false },
    operation: 'email.send',
    resolve: () =>
      desk === undefined ? refusal('Nothing was sent: this program gave no address to hand over to.') : undefined,
    identity: () => ({ values: { to: desk } }),
    perform: (input) => mailer.sendMail({ from: setting.from, to: desk, subject: input.subject, text: input.text }),
    output: ({ messageId }) => ({ message_id: messageId, to: desk }),
    say: (made) => `the people at ${made.to} were told (${made.message_id})`,
  });
}

function purposeOf({ purposes }: MailSetting): z.ZodEnum<Record<string, string>> {
  return z.enum(Object.fromEntries(purposes.map((purpose) => [purpose, purpose]))).describe('What the mail is for');
}

function allowed({ mayReceive }: MailSetting, to: string): ToolRefusal | undefined {
  if (mayReceive?.(plain(to)) ?? true) return undefined;
  return refusal(`Nothing was sent: this agent may not write to ${to}.`);
}

/** Mail servers know no case in practice, and a fingerprint does. */
function plain(to: string): string {
  return to.trim().normalize('NFC').toLowerCase();
}
