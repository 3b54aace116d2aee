import { connect } from 'node:net';

import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';

import { startSmtpFake } from '../../src/fakes/smtp.ts';
import type { SmtpFake, SmtpFakeOptions, SmtpFault, SmtpMoment } from '../../src/fakes/smtp.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function start(options: SmtpFakeOptions = {}): Promise<SmtpFake> {
  const fake = await startSmtpFake(options);
  open.push(fake);
  return fake;
}

/** What the tests use of nodemailer, whose version 10 brings no types of its own. */
interface Sender {
  sendMail(mail: object): Promise<{ messageId: string; accepted: string[]; rejected: string[] }>;
  close(): void;
}

function senderTo(fake: SmtpFake, options: object = {}): Sender {
  const sender = createTransport({ host: fake.host, port: fake.port, ...options }) as unknown as Sender;
  open.push(sender);
  return sender;
}

const mail = { from: 'desk@shop.example', to: 'ann@home.example', subject: 'Hello', text: 'Hi Ann' };

/** Long enough for a busy machine to get everywhere else. */
const impatient = { greetingTimeout: 200, socketTimeout: 200 };
/** Never within a test; closing the fake ends it. */
const never = 60_000;

interface Seen {
  readonly code?: string;
  readonly responseCode?: number;
}
async function outcome(sent: Promise<unknown>): Promise<Seen | 'sent'> {
  return sent.then(
    () => 'sent' as const,
    (error: Seen) => error,
  );
}

describe('an accepted message', () => {
  it('is counted with its envelope, headers and exact text', async () => {
    const fake = await start({ now: () => 1234 });
    const { messageId } = await senderTo(fake).sendMail({
      ...mail,
      to: ['ann@home.example', 'bob@home.example'],
      messageId: '<key@shop.example>',
      subject: 'Grüße, eine sehr lange Zeile, die gefaltet werden muss, weil sie länger als 76 Zeichen ist – ja',
      text: '.first\n..second\nlast\n.\n',
    });
    expect(messageId).toBe('<key@shop.example>');
    const [effect] = fake.effects();
    expect(effect).toMatchObject({
      operation: 'message',
      messageId,
      from: 'desk@shop.example',
      recipients: ['ann@home.example', 'bob@home.example'],
      subject: 'Grüße, eine sehr lange Zeile, die gefaltet werden muss, weil sie länger als 76 Zeichen ist – ja',
      at: 1234,
    });
    expect(effect?.raw.split('\r\n\r\n')[1]).toBe('.first\r\n..second\r\nlast\r\n.\r\n');
    expect(fake.requests).toEqual([{ from: 'desk@shop.example', at: 1234 }]);
  });

  it('comes over one connection of a pool, after another', async () => {
    const fake = await start();
    const sender = senderTo(fake, { pool: true, maxConnections: 1 });
    await Promise.all([sender.sendMail(mail), sender.sendMail({ ...mail, subject: 'Two' })]);
    expect(fake.effects().map(({ subject }) => subject)).toEqual(['Hello', 'Two']);
    expect(fake.effects(({ subject }) => subject === 'Two')).toHaveLength(1);
    expect(fake.connections()).toBe(1);
  });

  it('comes from a user who logged in, where that is asked', async () => {
    const fake = await start({ auth: { user: 'u', pass: 'p' } });
    expect(await outcome(senderTo(fake).sendMail(mail))).toMatchObject({ responseCode: 530 });
    const auth = { user: 'u', pass: 'p' };
    expect(await outcome(senderTo(fake, { auth: { user: 'u', pass: 'x' } }).sendMail(mail))).toMatchObject({
      code: 'EAUTH',
    });
    for (const authMethod of ['PLAIN', 'LOGIN']) {
      expect(await outcome(senderTo(fake, { auth, authMethod }).sendMail(mail))).toBe('sent');
    }
    expect(fake.effects()).toHaveLength(2);
  });

  it('keeps to the size limit', async () => {
    const fake = await start({ maxSize: 2000 });
    const big = { ...mail, text: 'line\n'.repeat(1000) };
    expect(await outcome(senderTo(fake).sendMail(big))).toMatchObject({ responseCode: 552 });
    // A size that is declared is refused by nodemailer itself, and no byte is sent.
    const declared = { ...mail, envelope: { from: 'a@b.c', to: 'c@d.e', size: 3000 } };
    expect(await outcome(senderTo(fake).sendMail(declared))).toMatchObject({ code: 'EMESSAGE', command: 'MAIL FROM' });
    expect(fake.requests).toHaveLength(1);
    expect(fake.effects()).toHaveLength(0);
  });
});

const moments: SmtpMoment[] = ['connect', 'greeting', 'ehlo', 'auth', 'mail', 'rcpt', 'data', 'body', 'after_dot'];
const modes = [{ pool: false }, { pool: true }];

describe.each(modes)('nodemailer, pool: $pool', ({ pool }) => {
  const auth = { user: 'u', pass: 'p' };
  const login = { auth, pool };

  it.each(moments)('dropped at %s', async (at) => {
    // A pool asks again when the connection went before it was greeted: no byte of the message was read.
    const isRepeated = pool && (at === 'connect' || at === 'greeting');
    const fake = await start({ auth });
    fake.fail({ kind: 'drop', at });
    const seen = await outcome(senderTo(fake, login).sendMail(mail));
    if (isRepeated) expect(seen).toBe('sent');
    else expect(seen).toMatchObject({ code: 'ECONNECTION', command: 'CONN' });
    expect(fake.effects()).toHaveLength(isRepeated || at === 'after_dot' ? 1 : 0);
    expect(fake.connections()).toBe(isRepeated ? 2 : 1);
  });

  it('silent, at every moment', async () => {
    // All at once: each takes as long as the client is patient.
    const runs = moments.map(async (at) => {
      const fake = await start({ auth });
      fake.fail({ kind: 'silent', at });
      const seen = await outcome(senderTo(fake, { ...login, ...impatient }).sendMail(mail));
      expect(seen, at).toMatchObject({ code: 'ETIMEDOUT', command: 'CONN' });
      return [at, fake.connections(), fake.effects().length];
    });
    expect(await Promise.all(runs)).toEqual(moments.map((at) => [at, 1, at === 'after_dot' ? 1 : 0]));
  });

  const rejections: [SmtpFault & { kind: 'reject' }, code: string][] = [
    [{ kind: 'reject', at: 'greeting', code: 554 }, 'EPROTOCOL'],
    [{ kind: 'reject', at: 'ehlo', code: 421 }, 'ECONNECTION'],
    [{ kind: 'reject', at: 'auth', code: 454 }, 'EAUTH'],
    [{ kind: 'reject', at: 'mail', code: 451 }, 'EENVELOPE'],
    [{ kind: 'reject', at: 'rcpt', code: 550 }, 'EENVELOPE'],
    [{ kind: 'reject', at: 'data', code: 421 }, 'EENVELOPE'],
    [{ kind: 'reject', at: 'after_dot', code: 550 }, 'EMESSAGE'],
    [{ kind: 'reject', at: 'after_dot', code: 421 }, 'EMESSAGE'],
  ];
  it.each(rejections)('%o', async (fault, code) => {
    const fake = await start({ auth });
    fake.fail(fault);
    const sender = senderTo(fake, login);
    expect(await outcome(sender.sendMail(mail))).toMatchObject({ code, responseCode: fault.code });
    expect(fake.effects()).toHaveLength(0);
    expect(await outcome(sender.sendMail(mail))).toBe('sent');
    expect(fake.effects()).toHaveLength(1);
  });

  it('accepted and answered late, or too late', async () => {
    const fake = await start();
    fake.fail({ kind: 'delay', at: 'after_dot', ms: 5 });
    fake.fail({ kind: 'delay', at: 'after_dot', ms: never });
    const sender = senderTo(fake, { pool, ...impatient });
    expect(await outcome(sender.sendMail(mail))).toBe('sent');
    expect(await outcome(sender.sendMail(mail))).toMatchObject({ code: 'ETIMEDOUT' });
    expect(fake.effects()).toHaveLength(2);
  });

  it('dropped behind the dot, landing late', async () => {
    const fake = await start();
    fake.fail({ kind: 'late_landing', ms: 100 });
    expect(await outcome(senderTo(fake, { pool }).sendMail(mail))).toMatchObject({ code: 'ECONNECTION' });
    expect(fake.effects()).toHaveLength(0);
    await fake.settled();
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('rules', () => {
  it('can refuse some recipients of a message, and that is a success with rejections', async () => {
    const fake = await start();
    const recipients = ['bob@home.example', 'eve@home.example'];
    fake.fail({ kind: 'reject', at: 'rcpt', code: 550, recipients });
    const sender = senderTo(fake);
    const to = ['ann@home.example', ...recipients];
    expect(await sender.sendMail({ ...mail, to })).toMatchObject({
      accepted: ['ann@home.example'],
      rejected: recipients,
    });
    expect(await sender.sendMail({ ...mail, to })).toMatchObject({ accepted: to, rejected: [] });
    expect(fake.effects().map((effect) => effect.recipients)).toEqual([['ann@home.example'], to]);
  });

  it('skip, repeat and are healed', async () => {
    const fake = await start();
    fake.fail({ kind: 'reject', at: 'mail', code: 451 }, { skip: 1, times: 2 });
    fake.fail({ kind: 'drop', at: 'after_dot' }, { skip: 1, times: 9 });
    const seen = [];
    for (let count = 0; count < 5; count += 1) {
      if (count === 4) fake.heal();
      const one = await outcome(senderTo(fake).sendMail(mail));
      seen.push(one === 'sent' ? one : one.code);
    }
    expect(seen).toEqual(['sent', 'EENVELOPE', 'EENVELOPE', 'ECONNECTION', 'sent']);
    expect(fake.effects()).toHaveLength(3);
    expect(fake.requests).toHaveLength(5);
  });

  it('a refused connection is refused until it is not', async () => {
    const fake = await start();
    await fake.refuse(true);
    expect(await outcome(senderTo(fake).sendMail(mail))).toMatchObject({
      code: 'ESOCKET',
      originalCode: 'ECONNREFUSED',
    });
    await fake.refuse(false);
    expect(await outcome(senderTo(fake).sendMail(mail))).toBe('sent');
  });

  it('nothing lands behind close', async () => {
    const fake = await start();
    fake.fail({ kind: 'late_landing', ms: 60 });
    await outcome(senderTo(fake).sendMail(mail));
    await fake.close();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(fake.effects()).toHaveLength(0);
  });
});

describe('a raw client', () => {
  const dialogue = ['EHLO x', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA', '..\r\n.\r\n'];

  it('that dies before its last byte has sent nothing, after it the message counts', async () => {
    const fake = await start();
    const last = dialogue.at(-1) ?? '';
    for (let length = 0; length <= last.length; length += 1) {
      await new Promise<void>((resolve, reject) => {
        const client = connect(fake.port, fake.host);
        const lines = dialogue.slice(0, -1);
        client.on('error', reject);
        client.on('close', () => resolve());
        client.on('data', (chunk) => {
          if (/^250-|\r\n250-/.test(chunk.toString()) && !/250 /.test(chunk.toString())) return;
          const next = lines.shift();
          if (next !== undefined) client.write(`${next}\r\n`);
          else client.write(last.slice(0, length), () => client.destroy());
        });
      });
    }
    await expect.poll(() => fake.effects().length, { interval: 1 }).toBe(1);
    expect(fake.effects()[0]).toMatchObject({ raw: '.\r\n', messageId: '', from: 'a@b', recipients: ['c@d'] });
  });

  it.each([
    ['..\r\n.', '.\r\n'],
    ['.', ''],
  ])('writing byte by byte is understood: %j', async (text, raw) => {
    const fake = await start();
    const client = connect(fake.port, fake.host);
    let received = '';
    client.on('data', (chunk) => (received += chunk.toString()));
    for (const line of [...dialogue.slice(0, -1), text]) {
      const before = received.length;
      for (const byte of `${line}\r\n`) client.write(byte);
      await expect.poll(() => /\r\n\d{3} .*\r\n$/.test(`\r\n${received.slice(before)}`), { interval: 1 }).toBe(true);
    }
    client.destroy();
    expect(fake.effects()).toMatchObject([{ raw }]);
  });
});
