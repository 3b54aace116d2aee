/** Where the mails of the wide matrix go: an SMTP server, an outbox for what does not go by SMTP, a sendmail program. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Fault } from '../../src/fakes/faults.ts';
import { json, startHttpFake, type FakeRequest, type HttpFake, type HttpVendor } from '../../src/fakes/http-fake.ts';
import { headerOf } from '../../src/fakes/smtp-message.ts';
import { startSmtpFake } from '../../src/fakes/smtp.ts';
import type { MailPlaces } from './agents/mail-clients.ts';

interface Posted {
  readonly operation: string;
  readonly id: string;
}

/** A mail that was really sent. */
interface Sent {
  readonly id: string;
  readonly params?: { readonly raw: string; readonly recipients: readonly string[] };
}

/** What is used of it as of one vendor's fake. */
export interface MailWorld {
  readonly host: string;
  readonly port: number;
  readonly places: MailPlaces;
  /** The mails of one subject, wherever they went. */
  effects(subject?: string): readonly Sent[];
  /** Every beginning of a mail. */
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  /** A delay: each mail is accepted at once, and whoever sent it is told later. */
  fail(fault: Fault, options: { readonly times: number }): void;
  heal(): void;
  close(): Promise<void>;
}

export async function startMailWorld(): Promise<MailWorld> {
  const smtp = await startSmtpFake({ dedupe: { header: 'Resend-Idempotency-Key', windowMs: 24 * 3_600_000 } });
  const folder = await mkdtemp(join(tmpdir(), 'oncely-wide-mail-'));
  const program = sendmailIn(folder);
  const outbox = await startOutbox((part) =>
    smtp.effects(({ messageId }) => messageId.includes(part)).map(({ messageId }) => messageId),
  );
  // Of every mail: it is not a failure that heals.
  const refuseNobody = (): void =>
    smtp.fail(
      { kind: 'reject', at: 'rcpt', code: 550, recipients: ['nobody@customer.example'] },
      { times: Number.POSITIVE_INFINITY },
    );
  refuseNobody();
  return {
    host: smtp.host,
    port: smtp.port,
    places: { outbox: outbox.url, folder },
    effects: (subject = '') => {
      if (subject === 'sendmail') return program.sent().map((raw) => ({ id: headerOf(raw, 'message-id') }));
      const bySmtp = smtp.effects((effect) => effect.subject === subject);
      return [
        ...bySmtp.map(({ messageId, raw, recipients }) => ({ id: messageId, params: { raw, recipients } })),
        ...outbox.effects(subject).map(({ id }) => ({ id })),
      ];
    },
    get requests() {
      return [
        ...smtp.requests.map(({ from }) => ({ method: 'MAIL', path: from })),
        ...outbox.requests,
        ...program.sent().map(() => ({ method: 'POST', path: 'sendmail' })),
      ];
    },
    fail(fault, options) {
      if (fault.kind !== 'delay') throw new Error('only the answer can be late');
      smtp.fail({ ...fault, at: 'after_dot' }, options);
      outbox.fail(fault, options);
      program.hold(true);
    },
    heal() {
      smtp.heal();
      refuseNobody();
      outbox.heal();
      program.hold(false);
    },
    async close() {
      program.hold(false);
      await Promise.all([smtp.close(), outbox.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Takes what is posted to `/outbox/<operation>`, and says which mails there are by SMTP. */
function startOutbox(find: (part: string) => readonly string[]): Promise<HttpFake<Posted>> {
  const effects: Posted[] = [];
  const accept = ({ path, body }: FakeRequest): string => {
    const operation = decodeURIComponent(path.slice('/outbox/'.length));
    const given = `ses-${effects.length + 1}`;
    const id = {
      SES: () => `<${given}@eu-west-1.amazonses.com>`,
      'JSON transport': () => (JSON.parse(body) as { readonly messageId: string }).messageId,
    }[operation];
    effects.push({ operation, id: id?.() ?? headerOf(body.replaceAll(/\r?\n/g, '\r\n'), 'message-id') });
    return given;
  };
  const vendor: HttpVendor<Posted> = {
    effects,
    isWrite: ({ method }) => method === 'POST',
    handle: async (request) =>
      json(200, request.method === 'POST' ? { id: accept(request) } : find(request.query.get('part') ?? '')),
    rateLimited: () => json(429, {}),
    failed: (status) => json(status, {}),
  };
  return startHttpFake(vendor, Date.now);
}

/** A sendmail program, which takes a mail, and does not end while it is held. The DKIM key stands beside it. */
function sendmailIn(folder: string): { sent(): readonly string[]; hold(held: boolean): void } {
  const [sent, hold] = [join(folder, 'sent'), join(folder, 'hold')];
  mkdirSync(sent);
  const script = [
    '#!/bin/sh',
    `draft=$(mktemp '${folder}/draft.XXXXXX') && cat > "$draft" && mv "$draft" '${sent}/' || exit 75`,
    `while [ -e '${hold}' ]; do sleep 0.2; done`,
  ];
  writeFileSync(join(folder, 'sendmail'), `${script.join('\n')}\n`, { mode: 0o755 });
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(folder, 'dkim.pem'), privateKey);
  return {
    // nodemailer gives a program plain line ends.
    sent: () => readdirSync(sent).map((name) => readFileSync(join(sent, name), 'utf8').replaceAll(/\r?\n/g, '\r\n')),
    hold: (held) => (held ? writeFileSync(hold, '') : rmSync(hold, { force: true })),
  };
}
