import { refusedForSes } from '../../src/request.ts';
import { membersOf } from './options-of.ts';

/** What is done with options of nodemailer's that are not simply its own. */
const words: Readonly<Record<string, string>> = {
  _dkim: 'as given; not stored, so not in a resend by another process',
  amp: 'wording; with `path`, `href` or a stream read before the claim',
  alternatives: 'wording; contents as for `attachments`',
  attachDataUrls: 'as given; the ids of the images are the same for every send',
  attachments: 'material, by name and content; files are named by digest, streams and addresses need a `spool`',
  auth: 'as given, rotating tokens too; never stored',
  baseBoundary: 'as given; else fixed with the first attempt',
  date: 'as given; else fixed with the first attempt',
  dkim: 'as given; never stored, so a resend by another process signs with the transporter’s',
  disableFileAccess: 'as given: a file is refused before anything is recorded',
  disableUrlAccess: 'as given: an address is refused before anything is recorded',
  envelope: 'material: whoever gets the mail by it alone stands in `to`',
  headers: 'compared; `To`, `Cc`, `Bcc` in them count as recipients, `Message-ID` as `messageId`',
  html: 'wording; with `path`, `href` or a stream read before the claim',
  icalEvent: 'wording; contents as for `attachments`',
  messageId: 'as given; else ours, by which the mail is found again',
  normalizeHeaderKey: 'as given; a function is not stored, so a resend by another process goes without',
  raw: 'as given, read as a whole; gets our Message-ID where it has none',
  ses: `as given, but ${refusedForSes.map((name) => '`' + name + '`').join(', ')} are refused by name`,
  signal: 'as given, until the message begins; it ends the reading of contents and the wait for a pool too',
  subject: 'wording',
  text: 'wording; with `path`, `href` or a stream read before the claim',
  watchHtml: 'wording; with `path`, `href` or a stream read before the claim',
  from: 'material',
  to: 'material',
  cc: 'material',
  bcc: 'material',
  replyTo: 'material',
  sender: 'compared',
  maxConnections: 'as given; no more are claimed at once',
  rateLimit: 'as given; none are claimed faster',
  rateDelta: 'as given; see `rateLimit`',
  maxRequeues: 'as given; one permission lets one message through, however often the pool tries',
  host: 'as given; Resend and Lettermint are known by it',
  service: 'as given; their hosts count as `host`',
  SES: 'as given; within an effect its SDK sends once',
  jsonTransport: 'as given; a failure is a no, as nothing is sent',
  streamTransport: 'as given; a failure is a no, as nothing is sent',
  sendmail: 'as given; from the first byte on a failure is in doubt',
  proxy_socks_module: 'as given: `transporter.set(...)`',
  oauth2_provision_cb: 'as given: `transporter.set(...)`; a token is asked for at each login',
};

const groups = [
  ['a mail', ['mail-composer/index:MailComposerOptions', 'mailer/mail-message:SendMailOptions']],
  [
    'an attachment, alternative or text',
    [
      'mail-composer/index:MailComposerAlternative',
      'mail-composer/index:MailComposerAttachment',
      'mail-composer/index:MailComposerIcalEvent',
    ],
  ],
  [
    'a transporter',
    [
      'mailer/index:TransportOptions',
      'smtp-connection/index:SMTPConnectionOptions',
      'smtp-transport/index:SMTPTransportOptions',
      'smtp-pool/index:SMTPPoolOptions',
      'sendmail-transport/index:SendmailTransportOptions',
      'ses-transport/index:SESTransportOptions',
      'stream-transport/index:StreamTransportOptions',
      'json-transport/index:JSONTransportOptions',
      'mailer/index:MailMeta',
    ],
  ],
] as const;

/** Every option that nodemailer declares for a mail. */
export function mailOptions(): string[] {
  return groups[0][1].flatMap(declaredAt);
}

function declaredAt(place: string): string[] {
  const [file = '', name = ''] = place.split(':');
  return membersOf(file, name);
}

/** Every option that nodemailer declares, and what is done with it. */
export function optionsTable(): string {
  const rows = groups.flatMap(([of, places]) => {
    const names = [...new Set(places.flatMap(declaredAt))];
    const special = of === 'an attachment, alternative or text' ? [] : names.filter((name) => words[name]);
    const own = names.filter((name) => !special.includes(name));
    const rest = own.map((name) => '`' + name + '`').join(', ');
    return [
      ...special.map((name) => [of, '`' + name + '`', words[name]]),
      [of, rest, of === 'a transporter' ? 'nodemailer’s own, untouched' : 'as given, and compared'],
    ];
  });
  const head = ['of', 'option', 'here'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
