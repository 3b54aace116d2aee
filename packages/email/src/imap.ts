import type { MailAnswer, MailProbe, MailQuestion } from './probe.ts';

/** What is used of an `ImapFlow`, by its public methods. */
export interface ImapClientLike {
  connect(): Promise<unknown>;
  logout(): Promise<unknown>;
  close(): unknown;
  list(): Promise<readonly { readonly path: string; readonly specialUse?: string | undefined }[]>;
  getMailboxLock(path: string, options?: { readonly readOnly?: boolean }): Promise<{ release(): void }>;
  /** Its `error` event ends a process in which nobody listens to it. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
  search(query: { readonly header: Record<string, string> }, options: { readonly uid: true }): Promise<unknown>;
}

export interface ImapProbeOptions {
  /** Where the copies of sent mails are; default the mailbox that the server marks as `\Sent`. */
  readonly mailbox?: string;
}

/**
 * Looks for a mail in doubt in the folder of sent mails, by its Message-ID. Found is done; not found proves nothing,
 * since a copy is put there later or by the sender's own program, and a person decides.
 *
 * It is for providers that file what is submitted to them, as Gmail does; `build` gives a client not yet connected.
 *
 * @example
 * oncelyEmail(build, { probe: imapProbe(() => new ImapFlow({ host, port: 993, secure: true, auth, logger: false })) });
 */
export function imapProbe(build: () => ImapClientLike, options: ImapProbeOptions = {}): MailProbe {
  return {
    async find(question) {
      const client = build();
      // What was under way when the connection broke is rejected as well.
      client.on?.('error', () => undefined);
      await client.connect();
      try {
        return await look(client, question, options.mailbox);
      } finally {
        // An answer is an answer, however the parting goes.
        await client.logout().catch(() => client.close());
      }
    },
  };
}

async function look(
  client: ImapClientLike,
  { messageId, marker }: MailQuestion,
  wanted: string | undefined,
): Promise<MailAnswer> {
  const mailbox = wanted ?? (await client.list()).find(({ specialUse }) => specialUse === '\\Sent')?.path;
  if (mailbox === undefined) {
    return {
      kind: 'cannot_know',
      reason: 'the IMAP server marks no mailbox as \\Sent; name it: imapProbe(build, { mailbox })',
    };
  }
  const lock = await client.getMailboxLock(mailbox, { readOnly: true });
  try {
    // IMAP's HEADER search is for a part of the text. Ours is in no other id, and without the brackets it is found
    // however a server writes it; the caller's may be the end of another one.
    const isOurs = messageId === undefined || messageId.startsWith(`<${marker}@`);
    const sought = isOurs ? (messageId?.replace(/^<|>$/g, '') ?? `${marker}@`) : messageId;
    const uids = await client.search({ header: { 'message-id': sought } }, { uid: true });
    if (!Array.isArray(uids)) throw new Error(`the IMAP server refused to search ${mailbox}`);
    return uids.length === 0 ? { kind: 'absent' } : { kind: 'found', times: uids.length };
  } finally {
    lock.release();
  }
}
