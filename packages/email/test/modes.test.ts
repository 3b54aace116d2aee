import { memoryLedger } from '@oncely/core/ledgers/memory';
import { startSmtpFake, type SmtpFake, type SmtpFault } from '@oncely/testing/fakes/smtp';
import { connect, createServer, type Socket } from 'node:net';
import type { SendMailOptions } from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';

import { openDesk, slot, type DeskOptions } from './desk.ts';

/**
 * Every way in which a submission fails that the survey of nodemailer went through: what one attempt proves, and how
 * many mails were really accepted by then. Error fields alone cannot tell them apart: silence before the message and
 * behind its dot look alike.
 */
interface Mode {
  readonly name: string;
  readonly fault?: SmtpFault;
  /** For a server that no fault of the fake stands for. */
  readonly server?: 'refused' | 'unknown_host' | 'half_reply' | 'garbage_reply' | 'no_starttls' | 'not_tls' | 'small';
  readonly transport?: object;
  readonly mail?: SendMailOptions;
  readonly evidence: 'not_applied' | 'rejected' | 'unknown' | 'accepted';
  readonly accepted: 0 | 1;
}

const silent = (at: 'greeting' | 'ehlo' | 'mail' | 'data' | 'body' | 'after_dot'): SmtpFault => ({
  kind: 'silent',
  at,
});
const drop = (
  at: 'connect' | 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'after_dot',
): SmtpFault => ({
  kind: 'drop',
  at,
});
const auth = { auth: { user: 'desk', pass: 'right' } };
// The mode is its silence, so that nothing else depends on how long this is.
const patience = { greetingTimeout: 400, socketTimeout: 400 };

const modes: readonly Mode[] = [
  { name: 'connection refused', server: 'refused', evidence: 'not_applied', accepted: 0 },
  { name: 'unknown host', server: 'unknown_host', evidence: 'not_applied', accepted: 0 },
  { name: 'closed at once', fault: drop('connect'), evidence: 'not_applied', accepted: 0 },
  { name: 'closed in the greeting', fault: drop('greeting'), evidence: 'not_applied', accepted: 0 },
  {
    name: 'silent in the greeting',
    fault: silent('greeting'),
    transport: patience,
    evidence: 'not_applied',
    accepted: 0,
  },
  {
    name: 'no service (421 as the greeting)',
    fault: { kind: 'reject', at: 'greeting', code: 421 },
    evidence: 'not_applied',
    accepted: 0,
  },
  { name: 'closed at EHLO', fault: drop('ehlo'), evidence: 'not_applied', accepted: 0 },
  { name: 'silent at EHLO', fault: silent('ehlo'), transport: patience, evidence: 'not_applied', accepted: 0 },
  { name: 'no STARTTLS where it is required', server: 'no_starttls', evidence: 'not_applied', accepted: 0 },
  { name: 'no TLS where it is spoken at once', server: 'not_tls', evidence: 'not_applied', accepted: 0 },
  {
    name: 'wrong password (535)',
    transport: { auth: { user: 'desk', pass: 'wrong' } },
    evidence: 'not_applied',
    accepted: 0,
  },
  { name: 'closed at AUTH', fault: drop('auth'), transport: auth, evidence: 'not_applied', accepted: 0 },
  { name: 'closed at MAIL', fault: drop('mail'), evidence: 'not_applied', accepted: 0 },
  { name: 'silent at MAIL', fault: silent('mail'), transport: patience, evidence: 'not_applied', accepted: 0 },
  { name: 'sender refused (550)', fault: { kind: 'reject', at: 'mail', code: 550 }, evidence: 'rejected', accepted: 0 },
  {
    name: 'sender put off (451)',
    fault: { kind: 'reject', at: 'mail', code: 451 },
    evidence: 'not_applied',
    accepted: 0,
  },
  { name: 'too large by SIZE (552)', server: 'small', evidence: 'rejected', accepted: 0 },
  { name: 'closed at RCPT', fault: drop('rcpt'), evidence: 'not_applied', accepted: 0 },
  {
    name: 'every recipient refused (550)',
    fault: { kind: 'reject', at: 'rcpt', code: 550 },
    evidence: 'rejected',
    accepted: 0,
  },
  {
    name: 'every recipient put off (450)',
    fault: { kind: 'reject', at: 'rcpt', code: 450 },
    evidence: 'not_applied',
    accepted: 0,
  },
  {
    name: 'one recipient of two refused (550)',
    fault: { kind: 'reject', at: 'rcpt', code: 550, recipients: ['bob@customer.example'] },
    mail: { to: ['ann@customer.example', 'bob@customer.example'] },
    evidence: 'accepted',
    accepted: 1,
  },
  { name: 'closed at DATA', fault: drop('data'), evidence: 'not_applied', accepted: 0 },
  { name: 'DATA refused (554)', fault: { kind: 'reject', at: 'data', code: 554 }, evidence: 'rejected', accepted: 0 },
  {
    name: 'DATA put off (451)',
    fault: { kind: 'reject', at: 'data', code: 451 },
    evidence: 'not_applied',
    accepted: 0,
  },
  { name: 'silent at DATA', fault: silent('data'), transport: patience, evidence: 'not_applied', accepted: 0 },
  { name: 'closed in the message', fault: drop('body'), evidence: 'unknown', accepted: 0 },
  { name: 'silent in the message', fault: silent('body'), transport: patience, evidence: 'unknown', accepted: 0 },
  {
    name: 'refused behind the dot (554)',
    fault: { kind: 'reject', at: 'after_dot', code: 554 },
    evidence: 'rejected',
    accepted: 0,
  },
  {
    name: 'put off behind the dot (451)',
    fault: { kind: 'reject', at: 'after_dot', code: 451 },
    evidence: 'not_applied',
    accepted: 0,
  },
  {
    name: '421 behind the dot',
    fault: { kind: 'reject', at: 'after_dot', code: 421 },
    evidence: 'not_applied',
    accepted: 0,
  },
  { name: 'closed behind the dot', fault: drop('after_dot'), evidence: 'unknown', accepted: 1 },
  { name: 'silent behind the dot', fault: silent('after_dot'), transport: patience, evidence: 'unknown', accepted: 1 },
  {
    name: 'closed behind the dot, accepted later',
    fault: { kind: 'late_landing', ms: 50 },
    evidence: 'unknown',
    accepted: 1,
  },
  { name: 'half a reply behind the dot', server: 'half_reply', evidence: 'unknown', accepted: 1 },
  { name: 'no reply of SMTP behind the dot', server: 'garbage_reply', evidence: 'unknown', accepted: 1 },
];

/** The fake behind a line on which its reply to the message is another one. */
async function garbling(fake: SmtpFake, reply: string): Promise<{ readonly host: string; readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(fake.port, fake.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => (client.destroy(), upstream.destroy()));
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').includes('queued as')) client.end(reply);
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as { port: number }).port };
}

interface Placed {
  readonly fake: SmtpFake;
  readonly at: { readonly host: string; readonly port: number };
  readonly transport: object;
}

async function world(mode: Mode): Promise<Placed> {
  const needsLogin = mode.name === 'wrong password (535)' || mode.name === 'closed at AUTH';
  const fake = await startSmtpFake({
    ...(needsLogin ? auth : {}),
    ...(mode.server === 'small' ? { maxSize: 50 } : {}),
  });
  onTestFinished(() => fake.close());
  if (mode.fault) fake.fail(mode.fault, { times: Infinity });
  const at = { host: fake.host, port: fake.port };
  const transport = mode.transport ?? {};
  switch (mode.server) {
    case 'refused':
      await fake.refuse(true);
      return { fake, at, transport };
    case 'unknown_host':
      return { fake, at: { host: 'no-such-host.invalid', port: 25 }, transport };
    case 'half_reply':
      return { fake, at: await garbling(fake, '25'), transport };
    case 'garbage_reply':
      return { fake, at: await garbling(fake, 'HTTP/1.1 502 Bad Gateway\r\n\r\n'), transport };
    case 'no_starttls':
      return { fake, at, transport: { requireTLS: true } };
    case 'not_tls':
      return { fake, at, transport: { secure: true, ...patience } };
    case 'small':
    case undefined:
      break;
  }
  return { fake, at, transport };
}

describe.each([
  ['single', {}],
  ['pool', { pool: true, maxRequeues: 5 }],
])('%s', (_name, kind) => {
  it.each(modes)('$name: $evidence', async (mode) => {
    const { fake, at, transport } = await world(mode);
    const ledger = memoryLedger();
    const options: DeskOptions = { ledger, transport: { ...transport, ...kind }, oncely: { maxAttempts: 1 } };
    await openDesk(at, options)
      .notify(mode.mail)
      .catch(() => undefined);
    await fake.settled();

    const effect = await openDesk(at, options).effect();
    expect(effect?.attempts).toMatchObject([{ evidence: mode.evidence }]);
    expect(fake.effects()).toHaveLength(mode.accepted);
    expect(effect?.state).toBe(
      { not_applied: 'ready', rejected: 'rejected', unknown: 'stopped', accepted: 'succeeded' }[mode.evidence],
    );

    // What is not open is not sent again, however often and by whoever it is called; and nodemailer's pool sent once.
    if (mode.evidence === 'not_applied') return;
    const asked = fake.requests.length;
    await openDesk(at, options)
      .notify(mode.mail)
      .catch(() => undefined);
    await openDesk(at, options).oncely.recover();
    expect(fake.requests).toHaveLength(asked);
    expect(fake.effects()).toHaveLength(mode.accepted);
    expect((await ledger.read(slot)).row).toBeDefined();
  });
});
