import type { ProbeAnswer, Target, WireResponse } from '@oncely/core';

import { messageIdOf, readRequest } from './request.ts';
import { toResponse } from './response.ts';

/** SMTP cannot be asked; the reason tells a person where to look, for what, and what to answer. It is kept in the audit, so no address is in it. */
export async function probe(target: Target): Promise<ProbeAnswer> {
  const request = target.request === undefined ? undefined : readRequest(target.request);
  const messageId = request && messageIdOf(request.mail, target.marker);
  const what = messageId === undefined ? `a Message-ID that begins with <${target.marker}@` : `Message-ID ${messageId}`;
  const when = `${new Date(target.from).toISOString()} and ${new Date(target.until).toISOString()}`;
  return {
    kind: 'cannot_know',
    reason: `e-mail gives no way to ask whether a message was accepted. Look into the mail provider's log or the recipient's mailbox for ${what}, between ${when}; where it is found, that id is the vendorId`,
  };
}

/** The little that is known of a mail whose result was not kept; who accepted it is left out, not guessed. */
export async function restore(target: Target): Promise<WireResponse> {
  if (target.vendorId === undefined) throw new Error('the mail was sent; its Message-ID and result are not known');
  return toResponse({ messageId: target.vendorId });
}
