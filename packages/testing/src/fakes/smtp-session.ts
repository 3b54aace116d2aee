import type { Socket } from 'node:net';

import type { SmtpFault, SmtpMoment } from './smtp-faults.ts';
import { splitAtDot, unstuff } from './smtp-message.ts';

export interface SmtpEnvelope {
  readonly from: string;
  readonly recipients: readonly string[];
}

/** What becomes of a whole message. */
export type SmtpAnswer = { readonly kind: 'queued'; readonly id: string } | { readonly kind: 'mismatch' };

/** What the conversation asks of the fake around it. */
export interface SmtpSessionOptions {
  readonly maxSize: number;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  /** The fault of this moment, which is then spent. */
  fault(moment: SmtpMoment, recipient: string | undefined): SmtpFault | undefined;
  wait(ms: number): Promise<void>;
  track(work: Promise<void>): void;
  /** A client began a message. */
  begun(from: string): void;
  /** The message is accepted, whoever still listens. Its key may be another message's. */
  accept(envelope: SmtpEnvelope, raw: string): SmtpAnswer;
}

type Mode = 'command' | 'data' | 'login_user' | 'login_pass' | 'plain' | 'ended';

/** Holds one SMTP conversation: ESMTP with SIZE and 8BITMIME, no TLS, no pipelining. */
export function holdSmtpSession(socket: Socket, options: SmtpSessionOptions): void {
  let mode: Mode = 'command';
  let received: Buffer = Buffer.alloc(0);
  let isAuthenticated = options.auth === undefined;
  let loginUser = '';
  let from: string | undefined;
  let recipients: string[] = [];
  let recipientFault: SmtpFault | undefined;
  let hasBody = false;

  const reply = (line: string): void => {
    if (!socket.destroyed) socket.write(`${line}\r\n`);
  };
  const finish = (line: string): void => {
    mode = 'ended';
    if (!socket.destroyed) socket.end(`${line}\r\n`);
  };
  const reset = (): void => {
    from = undefined;
    recipients = [];
    recipientFault = undefined;
    hasBody = false;
  };

  /** Lets a fault of this moment have its way; false when the conversation goes on as if there were none. */
  function failed(fault: SmtpFault | undefined): boolean {
    if (!fault) return false;
    switch (fault.kind) {
      case 'drop':
        mode = 'ended';
        socket.destroy();
        return true;
      case 'silent':
        mode = 'ended';
        return true;
      case 'reject':
        if (fault.code === 421) finish('421 4.3.2 fake is closing');
        else reply(`${fault.code} ${Math.floor(fault.code / 100)}.0.0 refused by script`);
        return true;
      case 'delay':
      case 'late_landing':
        return false;
    }
  }
  const failsAt = (moment: SmtpMoment): boolean => failed(options.fault(moment, undefined));

  function command(line: string): void {
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? '';
    switch (verb) {
      case 'EHLO':
        if (failsAt('ehlo')) return;
        reset();
        return reply(
          [
            '250-fake',
            ...(options.auth ? ['250-AUTH PLAIN LOGIN'] : []),
            '250-8BITMIME',
            `250 SIZE ${options.maxSize}`,
          ].join('\r\n'),
        );
      case 'HELO':
        if (failsAt('ehlo')) return;
        reset();
        return reply('250 fake greets you');
      case 'AUTH':
        if (!failsAt('auth')) authenticate(line);
        return;
      case 'MAIL':
        return mailFrom(line);
      case 'RCPT':
        return rcptTo(line);
      case 'DATA':
        if (failsAt('data')) return;
        if (recipients.length === 0) return reply('503 5.5.1 no valid recipients');
        mode = 'data';
        return reply('354 go ahead');
      case 'RSET':
        reset();
        return reply('250 2.0.0 reset');
      case 'NOOP':
        return reply('250 2.0.0 ok');
      case 'QUIT':
        return finish('221 2.0.0 bye');
      default:
        return reply('500 5.5.2 unknown command');
    }
  }

  function mailFrom(line: string): void {
    const address = /^MAIL FROM:\s*<([^>]*)>/i.exec(line)?.[1];
    if (address === undefined) return reply('501 5.5.4 syntax: MAIL FROM:<address>');
    options.begun(address);
    if (failsAt('mail')) return;
    if (!isAuthenticated) return reply('530 5.7.0 authentication required');
    if (from !== undefined) return reply('503 5.5.1 nested MAIL command');
    if (Number(/\bSIZE=(\d+)/i.exec(line)?.[1] ?? 0) > options.maxSize) return reply('552 5.3.4 message too big');
    from = address;
    reply('250 2.1.0 ok');
  }

  function rcptTo(line: string): void {
    const address = /^RCPT TO:\s*<([^>]*)>/i.exec(line)?.[1];
    if (address === undefined) return reply('501 5.5.4 syntax: RCPT TO:<address>');
    // One rule is for one message: it also meets the recipients that follow.
    const isRepeated = recipientFault?.kind === 'reject' && (recipientFault.recipients?.includes(address) ?? true);
    const fault = isRepeated ? recipientFault : options.fault('rcpt', address);
    recipientFault ??= fault;
    if (failed(fault)) return;
    if (from === undefined) return reply('503 5.5.1 need MAIL first');
    recipients.push(address);
    reply('250 2.1.5 ok');
  }

  function authenticate(line: string): void {
    const [, mechanism = '', initial] = line.split(' ');
    switch (mechanism.toUpperCase()) {
      case 'PLAIN':
        if (initial !== undefined) return checkPlain(initial);
        mode = 'plain';
        return reply('334 ');
      case 'LOGIN':
        if (initial !== undefined) loginUser = Buffer.from(initial, 'base64').toString();
        mode = initial === undefined ? 'login_user' : 'login_pass';
        return reply(`334 ${Buffer.from(initial === undefined ? 'Username:' : 'Password:').toString('base64')}`);
      default:
        return reply('504 5.5.4 unknown mechanism');
    }
  }

  function checkPlain(encoded: string): void {
    const [, user = '', pass = ''] = Buffer.from(encoded, 'base64').toString().split('\0');
    check(user, pass);
  }

  function check(user: string, pass: string): void {
    mode = 'command';
    isAuthenticated = !options.auth || (user === options.auth.user && pass === options.auth.pass);
    reply(isAuthenticated ? '235 2.7.0 welcome' : '535 5.7.8 wrong credentials');
  }

  async function message(data: Buffer): Promise<void> {
    const envelope = { from: from ?? '', recipients };
    const raw = unstuff(data);
    mode = 'command';
    reset();
    if (data.length > options.maxSize) return reply('552 5.3.4 message too big');
    const fault = options.fault('after_dot', undefined);
    if (fault?.kind === 'reject') return void failed(fault);
    if (fault?.kind === 'late_landing') {
      mode = 'ended';
      socket.destroy();
      await options.wait(fault.ms);
      options.accept(envelope, raw);
      return;
    }
    const answer = options.accept(envelope, raw);
    if (fault?.kind === 'delay') await options.wait(fault.ms);
    if (failed(fault)) return;
    reply(
      answer.kind === 'mismatch'
        ? '550 5.6.0 this key was used for another message'
        : `250 2.0.0 queued as ${answer.id}`,
    );
  }

  function line(text: string): void {
    switch (mode) {
      case 'login_user':
        loginUser = Buffer.from(text, 'base64').toString();
        mode = 'login_pass';
        return reply(`334 ${Buffer.from('Password:').toString('base64')}`);
      case 'login_pass':
        return check(loginUser, Buffer.from(text, 'base64').toString());
      case 'plain':
        return checkPlain(text);
      case 'command':
        return command(text);
      case 'data':
      case 'ended':
        return;
    }
  }

  async function proceed(): Promise<void> {
    while (mode !== 'ended') {
      if (mode === 'data') {
        if (!hasBody && received.length > 0) {
          hasBody = true;
          if (failsAt('body')) return;
        }
        const split = splitAtDot(received);
        if (!split) return;
        received = split.rest;
        await message(split.data);
      } else {
        const end = received.indexOf('\r\n');
        if (end < 0) return;
        const text = received.subarray(0, end).toString('utf8');
        received = received.subarray(end + 2);
        line(text);
      }
    }
  }

  socket.setNoDelay(true);
  let turn = Promise.resolve();
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    turn = turn.then(proceed);
    options.track(turn);
  });
  if (failsAt('connect')) return;
  const fault = options.fault('greeting', undefined);
  if (!fault) return reply('220 fake ESMTP');
  if (fault.kind === 'reject') return void failed(fault);
  socket.write('220 fa', () => failed(fault));
}
