import { domainToASCII } from 'node:url';

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
  /** Without it whom a mail names, and since when it is there, is not compared. */
  fetchOne?(
    uid: number,
    query: { readonly envelope: true; readonly internalDate: true },
    options: { readonly uid: true },
  ): Promise<unknown>;
}

/** What is used of a message, as `ImapFlow` gives it. */
interface Message {
  readonly envelope?: { readonly to?: Addresses; readonly cc?: Addresses };
  readonly internalDate?: Date | string;
}

type Addresses = readonly { readonly address?: string }[];

/** How far the mail server's clock may be from the ledger's. */
const skewMs = 600_000;

export interface ImapProbeOptions {
  /** Where the copies of sent mails are; default the mailbox that the server marks as `\Sent`. */
  readonly mailbox?: string;
}

/**
 * Looks for a mail in doubt in the folder of sent mails, by its Message-ID. One that names the same in To and Cc, and is
 * there since it was sent, is done; another of this id is none, and blind copies cannot be compared, as no header has
 * them. Not found proves nothing, since a copy is put there later or by the sender's own program, and a person decides.
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

async function look(client: ImapClientLike, question: MailQuestion, wanted: string | undefined): Promise<MailAnswer> {
  const { messageId, marker } = question;
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
    const others: string[] = [];
    let times = 0;
    for (const uid of uids as readonly number[]) {
      const other = await otherThanAsked(client, uid, question);
      if (other === undefined) times += 1;
      else others.push(other);
    }
    if (times > 0) return { kind: 'found', times };
    const [why] = others;
    return why === undefined
      ? { kind: 'absent' }
      : { kind: 'cannot_know', reason: `a mail of this Message-ID is in ${mailbox}, and ${why}` };
  } finally {
    lock.release();
  }
}

/** Why a mail of the id is not the one that is looked for; no address, as what it says is kept. */
async function otherThanAsked(
  client: ImapClientLike,
  uid: number,
  { addressed, from }: MailQuestion,
): Promise<string | undefined> {
  if (client.fetchOne === undefined) return undefined;
  const message = await client.fetchOne(uid, { envelope: true, internalDate: true }, { uid: true });
  if (typeof message !== 'object' || message === null) return 'it cannot be read';
  const { envelope, internalDate } = message as Message;
  const there = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  if (there < from.getTime() - skewMs) return 'it was there before this mail was sent';
  const other = (['to', 'cc'] as const).find(
    (field) =>
      addressed !== undefined && envelope !== undefined && !namesTheSame(addressed[field], envelope[field] ?? []),
  );
  return other === undefined ? undefined : `its ${other === 'to' ? 'To' : 'Cc'} names others`;
}

/** Whether two lists of addresses are one, in any order. */
export function namesTheSame(wanted: readonly string[], there: Addresses): boolean {
  const held = new Set(
    there.flatMap(({ address }) => (address === undefined || address === '' ? [] : [plain(address)])),
  );
  const asked = new Set(wanted.map(plain));
  return held.size === asked.size && [...asked].every((each) => held.has(each));
}

/** Servers differ in case, and in how they write the letters of a domain. */
function plain(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at + 1)}${domainToASCII(domain) || domain}`.toLowerCase();
}
