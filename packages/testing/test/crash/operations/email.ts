import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import type { SendMailOptions, Transporter } from 'nodemailer';

import type { CrashOperation } from './operation.ts';

const readme = fileURLToPath(new URL('../../../README.md', import.meta.url));

/** One mail, whose subject says which operation it is of; it is known by its Message-ID. */
function sending(
  name: string,
  client: string,
  more: Pick<CrashOperation<Transporter>, 'doubtStops' | 'isOwn'> = {},
  changes: () => SendMailOptions = () => ({}),
): CrashOperation<Transporter> {
  return {
    name,
    effect: name,
    client,
    ...more,
    write: async (email) => {
      const sent = (await email.sendMail({
        from: 'Desk <desk@shop.example>',
        to: 'ann@customer.example',
        subject: name,
        text: 'It is on its way.\n.\nThe desk',
        ...changes(),
      })) as { readonly messageId: string };
      return sent.messageId;
    },
  };
}

const stops = { doubtStops: true } as const;
const has =
  (...parts: readonly string[]): NonNullable<CrashOperation<Transporter>['isOwn']> =>
  ({ params }) =>
    parts.every((part) => (params as { readonly raw: string }).raw.includes(part));

/** All of nodemailer's transports, and one of each way in which doubt ends; contents of each kind. */
export const emailOperations: readonly CrashOperation<Transporter>[] = [
  sending('SMTP', 'smtp', stops),
  sending('SMTP by a pool', 'pool', stops),
  sending('SMTP with DKIM', 'dkim', { ...stops, isOwn: has('DKIM-Signature: v=1; a=rsa-sha256') }),
  sending(
    'some recipients refused',
    'smtp',
    {
      ...stops,
      isOwn: ({ params }) => String((params as { recipients?: unknown }).recipients) === 'ann@customer.example',
    },
    () => ({ to: ['ann@customer.example', 'nobody@customer.example'] }),
  ),
  sending('a provider’s key', 'keyed'),
  sending('a provider’s key by a pool', 'keyedPool'),
  sending('a stream, spooled', 'keyed', { isOwn: has('YSxiCg==') }, () => ({
    attachments: [{ filename: 'a.csv', content: Readable.from(['a,b\n']) }],
  })),
  sending('a probe of the user’s', 'probed'),
  sending('a file, by its path', 'probed', { isOwn: has('filename=README.md') }, () => ({
    attachments: [{ path: readme }],
  })),
  sending('an image of 100 KB in memory', 'probed', { isOwn: has('BwcHBwcH') }, () => ({
    html: '<img src="cid:logo@shop.example">',
    attachments: [{ filename: 'logo.png', cid: 'logo@shop.example', content: Buffer.alloc(100_000, 7) }],
  })),
  sending('a look into the mailbox', 'mailbox', { doubtStops: 'unless found' }),
  sending('sendmail', 'sendmail', stops),
  sending('SES', 'ses', stops),
  sending('stream transport', 'stream', stops),
  sending('JSON transport', 'json', stops),
  sending('a transport of somebody’s own', 'custom', stops),
];
