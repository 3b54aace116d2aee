import type { RequestEditor } from '@oncely/core';

import { encode } from './encoding.ts';
import { readRequest } from './request.ts';

const texts: ReadonlySet<string> = new Set(['subject', 'text', 'html']);

/** Whom and what a write concerns, and what makes our names. */
const fixed = `
  alternatives attachments bcc cc date envelope from headers icalEvent inReplyTo list messageId
  raw references replyTo sender ses to encoding textEncoding
`;

/** How a mail that waits is changed by who approves it: its subject and texts, and never from whom or to whom it goes. */
export const requestEditor: RequestEditor = {
  fixed: fixed.trim().split(/\s+/),
  set: (stored, path, value) => {
    const request = readRequest(stored);
    const [name = '', ...rest] = path;
    if (!texts.has(name) || rest.length > 0 || typeof request.mail[name] !== 'string') {
      throw new Error('only a subject, text or html that the mail has as a text is changed');
    }
    return encode({ ...request, mail: { ...request.mail, [name]: String(value) } });
  },
};
