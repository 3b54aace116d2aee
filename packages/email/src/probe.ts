import type { ProbeAnswer, Target, WireResponse } from '@oncely/core';
import { markersIn } from '@oncely/core/adapter';

import type { Compile } from './composer.ts';
import { namesTheSame } from './imap.ts';
import { distinct, recipientsOf } from './recipients.ts';
import { messageIdOf, readRequest } from './request.ts';
import { toResponse } from './response.ts';
import type { MailData } from './transporter.ts';

/** What a look-up is asked: whether this mail was accepted. */
export interface MailQuestion {
  /** With its angle brackets; absent where neither the request is kept nor the mail's id recorded. */
  readonly messageId?: string;
  /** The part of our own Message-IDs before the `@`. */
  readonly marker: string;
  /** The time in which it was sent, if it was. */
  readonly from: Date;
  readonly until: Date;
  /**
   * Whom it names, as it is sent, without names and with domains in lower case: a mail of this id to others is not it.
   * Absent of a settled mail and of a ready-made one (`raw`). Blind copies stand in no header, so nothing compares them.
   */
  readonly addressed?: { readonly to: readonly string[]; readonly cc: readonly string[] };
}

export type MailAnswer =
  /** It was accepted; `messageId` where it is another than was asked for, as at SES. */
  | {
      readonly kind: 'found';
      readonly messageId?: string;
      readonly times?: number;
      /** When it was accepted, where the log says so: one of before this mail was sent is not it, and a person looks. */
      readonly sentAt?: Date;
      /** Whom it names, where the log says so: one to others is not it, and a person looks. */
      readonly addressed?: MailQuestion['addressed'];
    }
  | { readonly kind: 'absent' }
  /** The look itself is not possible: a person decides. */
  | { readonly kind: 'cannot_know'; readonly reason: string };

/** A way to ask whether a mail was accepted. A throw means "could not ask now" and is tried again. */
export interface MailProbe {
  find(question: MailQuestion): Promise<MailAnswer>;
  /**
   * Whether "absent" proves that it was not accepted and never will be, so that the mail is sent again by itself. A
   * mailbox does not prove it: the copy in Sent is made later, or by somebody else. Default false.
   */
  readonly absenceIsProof?: boolean;
}

/** The look-up behind a doubt. No address is in what it says: it is kept in the audit. */
export function createProbe(own: MailProbe | undefined, compile?: Compile): (target: Target) => Promise<ProbeAnswer> {
  return async (target) => {
    const questions = questionsOf(target, compile);
    const when = `${new Date(target.from).toISOString()} and ${new Date(target.until).toISOString()}`;
    const what = questions.map(({ messageId, marker }) => messageId ?? `one that begins with <${marker}@`).join(' or ');
    const where = `Look into the mail provider's log or the recipient's mailbox for Message-ID ${what}, between ${when}; where it is found, that id is the vendorId`;
    if (!own) {
      const reason = `e-mail gives no way to ask whether a message was accepted. ${where}`;
      return { kind: 'cannot_know', reason };
    }
    const matches: { readonly vendorId: string; readonly response: WireResponse; readonly madeAt?: number }[] = [];
    let unable: string | undefined;
    for (const question of questions) {
      const answer = await own.find(question);
      if (answer.kind === 'cannot_know') unable ??= answer.reason;
      if (answer.kind !== 'found') continue;
      if (isToOthers(question, answer)) {
        unable ??= 'a mail was found by the id of this one, and it names others';
        continue;
      }
      const madeAt = answer.sentAt?.getTime();
      const vendorId = answer.messageId ?? question.messageId ?? question.marker;
      const response = toResponse({ messageId: vendorId });
      // Two copies are two effects: both are named, and the ledger raises its alarm.
      for (let copy = 1; copy <= Math.max(1, answer.times ?? 1); copy += 1) {
        matches.push({
          vendorId: copy === 1 ? vendorId : `${vendorId}#${copy}`,
          response,
          ...(madeAt !== undefined && { madeAt }),
        });
      }
    }
    if (matches.length > 0) return { kind: 'found', matches };
    if (unable !== undefined) return { kind: 'cannot_know', reason: `${unable}. ${where}` };
    if (own.absenceIsProof === true) return { kind: 'absent' };
    return { kind: 'cannot_know', reason: `the look-up did not find it, which proves nothing. ${where}` };
  };
}

function isToOthers({ addressed: asked }: MailQuestion, { addressed: held }: MailAnswer & { kind: 'found' }): boolean {
  if (asked === undefined || held === undefined) return false;
  return !(['to', 'cc'] as const).every((field) =>
    namesTheSame(
      asked[field],
      held[field].map((address) => ({ address })),
    ),
  );
}

/** One for every Message-ID under which the mail may be: an attempt of an earlier release gave it another one. */
function questionsOf(target: Target, compile: Compile | undefined): readonly MailQuestion[] {
  const request = target.request === undefined ? undefined : readRequest(target.request);
  const markers = new Set([...(request ? [request.marker] : []), ...markersIn(target)]);
  const [from, until] = [new Date(target.since ?? target.from), new Date(target.until)];
  const about = { from, until, ...(request && compile ? addressedIn(request.mail, compile) : {}) };
  const questions = new Map<string, MailQuestion>();
  for (const marker of markers) {
    // Of one that is settled the recorded id is the one that it has, and its request is gone.
    const messageId = target.vendorId ?? (request && messageIdOf(request.mail, marker));
    if (questions.has(messageId ?? marker)) continue;
    questions.set(messageId ?? marker, { ...(messageId === undefined ? {} : { messageId }), marker, ...about });
  }
  return [...questions.values()];
}

function addressedIn(mail: MailData, compile: Compile): Pick<MailQuestion, 'addressed'> {
  if (mail['raw'] !== undefined) return {};
  const { to, cc } = recipientsOf(compile, mail).named;
  const plain = (list: typeof to): string[] => distinct(list.map(({ address }) => address));
  return { addressed: { to: plain(to), cc: plain(cc) } };
}

/** The little that is known of a mail whose result was not kept; who accepted it is left out, not guessed. */
export async function restore(target: Target): Promise<WireResponse> {
  if (target.vendorId === undefined) throw new Error('the mail was sent; its Message-ID and result are not known');
  return toResponse({ messageId: target.vendorId });
}
