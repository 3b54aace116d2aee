import type { ProbeAnswer, Target, WireResponse } from '@oncely/core';

import { messageIdOf, readRequest } from './request.ts';
import { toResponse } from './response.ts';

/** What a look-up is asked: whether this mail was accepted. */
export interface MailQuestion {
  /** With its angle brackets; absent where neither the request is kept nor the mail's id recorded. */
  readonly messageId?: string;
  /** The part of our own Message-IDs before the `@`. */
  readonly marker: string;
  /** The time in which it was sent, if it was. */
  readonly from: Date;
  readonly until: Date;
}

export type MailAnswer =
  /** It was accepted; `messageId` where it is another than was asked for, as at SES. */
  | { readonly kind: 'found'; readonly messageId?: string; readonly times?: number }
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
export function createProbe(own: MailProbe | undefined): (target: Target) => Promise<ProbeAnswer> {
  return async (target) => {
    const question = questionOf(target);
    const when = `${question.from.toISOString()} and ${question.until.toISOString()}`;
    const what =
      question.messageId === undefined
        ? `a Message-ID that begins with <${question.marker}@`
        : `Message-ID ${question.messageId}`;
    const where = `Look into the mail provider's log or the recipient's mailbox for ${what}, between ${when}; where it is found, that id is the vendorId`;
    if (!own) {
      const reason = `e-mail gives no way to ask whether a message was accepted. ${where}`;
      return { kind: 'cannot_know', reason };
    }
    const answer = await own.find(question);
    switch (answer.kind) {
      case 'found': {
        const vendorId = answer.messageId ?? question.messageId ?? question.marker;
        const response = toResponse({ messageId: vendorId });
        // Two copies are two effects: both are named, and the ledger raises its alarm.
        const matches = Array.from({ length: Math.max(1, answer.times ?? 1) }, (_, index) => ({
          vendorId: index === 0 ? vendorId : `${vendorId}#${index + 1}`,
          response,
        }));
        return { kind: 'found', matches };
      }
      case 'absent':
        if (own.absenceIsProof === true) return { kind: 'absent' };
        return { kind: 'cannot_know', reason: `the look-up did not find it, which proves nothing. ${where}` };
      case 'cannot_know':
        return { kind: 'cannot_know', reason: `${answer.reason}. ${where}` };
    }
  };
}

function questionOf(target: Target): MailQuestion {
  const request = target.request === undefined ? undefined : readRequest(target.request);
  // Of one that is settled the recorded id is the one that it has, and its request is gone.
  const messageId = target.vendorId ?? (request && messageIdOf(request.mail, target.marker));
  return {
    ...(messageId === undefined ? {} : { messageId }),
    marker: target.marker,
    from: new Date(target.from),
    until: new Date(target.until),
  };
}

/** The little that is known of a mail whose result was not kept; who accepted it is left out, not guessed. */
export async function restore(target: Target): Promise<WireResponse> {
  if (target.vendorId === undefined) throw new Error('the mail was sent; its Message-ID and result are not known');
  return toResponse({ messageId: target.vendorId });
}
