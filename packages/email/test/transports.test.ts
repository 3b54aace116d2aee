import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail, type TransporterLike } from '../src/index.ts';
import { failureOf, mail } from './desk.ts';

/** The same effect as often as it is called, each time through a new transporter. */
function sender<T extends TransporterLike>(
  build: () => T,
): { readonly send: () => Promise<Record<string, unknown>>; readonly state: () => Promise<string | undefined> } {
  const ledger = memoryLedger();
  const open = () =>
    createOncely({ ledger, drainOnSigterm: false, clients: { email: oncelyEmail(build, { landingBoundMs: 0 }) } });
  return {
    send: async () => {
      const oncely = open();
      const sendMail = oncely.clients.email.sendMail as (data: object) => Promise<Record<string, unknown>>;
      return oncely.scope({ businessId: 'b', workflowId: 'w' }, () => oncely.effect('notify', () => sendMail(mail)));
    },
    state: async () => (await open().effects.get('b:w:notify'))?.state,
  };
}

/** A transport of somebody's own; it sends from the data and never reads the message. */
function custom(
  send: (done: (error: Error | null, info?: object) => void) => void,
  name = 'Custom',
): () => TransporterLike {
  return () => nodemailer.createTransport({ name, version: '1', send: (_mail, done) => send(done as never) }) as never;
}

describe('a transport that never reads the message', () => {
  it('json: what it says is replayed', async () => {
    const { send } = sender(() => nodemailer.createTransport({ jsonTransport: true }));
    const first = await send();
    expect(JSON.parse(String(first['message']))).toMatchObject({
      subject: mail.subject,
      messageId: first['messageId'],
    });
    expect(await send()).toEqual(first);
  });

  it('of somebody’s own: success is success', async () => {
    let sent = 0;
    const cycle: Record<string, unknown> = { messageId: '<1@x.example>' };
    cycle['socket'] = cycle;
    const { send, state } = sender(custom((done) => done(null, ((sent += 1), cycle))));
    expect(await send()).toBe(cycle);
    expect(await send()).toEqual({ messageId: '<1@x.example>' });
    expect(await state()).toBe('succeeded');
    expect(sent).toBe(1);
  });

  it('of somebody’s own: any failure is in doubt, whatever it says', async () => {
    let sent = 0;
    const failing = custom((done) => {
      sent += 1;
      done(Object.assign(new Error('no'), { code: 'EAUTH', responseCode: 535 }));
    });
    const { send, state } = sender(failing);
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(await state()).toBe('stopped');
    expect(sent).toBe(1);
  });
});

it('a transport that only bears the name of one of nodemailer’s is one of somebody’s own', async () => {
  let sent = 0;
  const failing = custom((done) => {
    sent += 1;
    done(Object.assign(new Error('no'), { code: 'ECONNECTION' }));
  }, 'SMTP');
  const { send } = sender(failing);
  expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
  expect(sent).toBe(1);
});

describe('the stream transport', () => {
  it('gives its stream to the first caller; a replay has none', async () => {
    const { send } = sender(() => nodemailer.createTransport({ streamTransport: true }));
    const first = await send();
    expect(await text(first['message'] as Readable)).toContain('Subject: Your refund');
    expect(await send()).toEqual({ messageId: first['messageId'], envelope: first['envelope'] });
  });

  it('gives its Buffer again', async () => {
    const { send } = sender(() => nodemailer.createTransport({ streamTransport: true, buffer: true }));
    const first = await send();
    expect(first['message']).toBeInstanceOf(Buffer);
    expect(await send()).toEqual(first);
  });
});

describe('sendmail', () => {
  async function program(script: string): Promise<{ path: string; sent: () => Promise<string> }> {
    const folder = await mkdtemp(join(tmpdir(), 'oncely-email-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'sendmail');
    await writeFile(path, `#!/bin/sh\n${script.replaceAll('OUT', join(folder, 'out'))}\n`);
    await chmod(path, 0o755);
    return { path, sent: () => readFile(join(folder, 'out'), 'utf8').catch(() => '') };
  }

  it('is given the message once', async () => {
    const { path, sent } = await program('cat >> OUT');
    const { send } = sender(() => nodemailer.createTransport({ sendmail: true, path }));
    const first = await send();
    expect(await send()).toEqual(first);
    expect((await sent()).match(/^Subject:/gm)).toHaveLength(1);
  });

  it('that fails after it read is in doubt', async () => {
    const { path } = await program('cat >> OUT; exit 75');
    const { send } = sender(() => nodemailer.createTransport({ sendmail: true, path }));
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
  });
});

describe('SES', () => {
  function ses(answer: () => Promise<object>): { build: () => TransporterLike; raws: string[] } {
    const raws: string[] = [];
    class SendEmailCommand {
      readonly input: { Content: { Raw: { Data: Buffer } } };
      constructor(input: SendEmailCommand['input']) {
        this.input = input;
      }
    }
    const sesClient = {
      config: { region: async () => 'eu-west-1' },
      send: (command: SendEmailCommand) => {
        raws.push(command.input.Content.Raw.Data.toString());
        return answer();
      },
    };
    return { build: () => nodemailer.createTransport({ SES: { sesClient, SendEmailCommand } } as never), raws };
  }

  it('is known by the id that it gave', async () => {
    const { build, raws } = ses(async () => ({ MessageId: 'ses-1' }));
    const { send } = sender(build);
    const first = await send();
    expect(first['messageId']).toBe('<ses-1@eu-west-1.amazonses.com>');
    expect(await send()).toEqual(first);
    expect(raws).toHaveLength(1);
  });

  it('that fails is in doubt', async () => {
    const { build, raws } = ses(() => Promise.reject(new Error('socket hang up')));
    const { send } = sender(build);
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    expect(raws).toHaveLength(1);
  });
});

it('what nodemailer itself refuses reaches the caller as it is, at once', async () => {
  const { send, state } = sender(() => {
    const transporter = nodemailer.createTransport({ host: '127.0.0.1', port: 1 });
    transporter.use('compile', (_mail, done) => done(Object.assign(new Error('no template'), { code: 'ETEMPLATE' })));
    return transporter;
  });
  expect(await failureOf(send())).toMatchObject({ name: 'Error', message: 'no template', code: 'ETEMPLATE' });
  expect(await state()).toBe('ready');
});
