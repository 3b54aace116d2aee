import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import type { Transporter } from 'nodemailer';
import { describe, expect, it, vi } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf, mail, openDesk, slot, smtp } from './desk.ts';

function desk(client: unknown, unscoped: 'refuse' | 'observe' = 'refuse') {
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    unscoped,
    clients: { email: oncelyEmail(() => client as Transporter) },
  });
  const send = (): Promise<unknown> =>
    oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
      oncely.effect('m', () => oncely.clients.email.sendMail(mail)),
    );
  return { oncely, send, email: oncely.clients.email };
}

class Mailer {
  sent = 0;
  async sendMail(): Promise<unknown> {
    this.sent += 1;
    return {};
  }
  use(): void {}
}

describe('a stub in place of a transporter', () => {
  it.each<[string, () => { sendMail: unknown }]>([
    ['an object', () => ({ sendMail: vi.fn(async () => ({})), use() {} })],
    ['without plugins', () => ({ sendMail: vi.fn(async () => ({})) })],
    ['a class', () => new Mailer() as never],
    ['that names a version', () => ({ sendMail: vi.fn(), use() {}, getVersionString: () => 'nodemailer (10)' })],
    ['whose class is a stub', () => Object.create({ sendMail: vi.fn(), use() {}, getVersionString: vi.fn() }) as never],
  ])('is refused at the first effect, and is never called: %s', async (_name, build) => {
    const stub = build();
    const { sendMail } = stub;
    const { oncely, send } = desk(stub);
    const error = await failureOf(send());
    expect(error).toMatchObject({ code: 'invalid_config' });
    expect(error.message).toContain('a stub, a mock or a wrapper');
    expect((sendMail as { mock?: { calls: unknown[] } }).mock?.calls ?? []).toEqual([]);
    expect((stub as { sent?: number }).sent ?? 0).toBe(0);
    expect(await oncely.effects.get('b:w:m')).toBeUndefined();
  });

  it('is called as it is where writes without a scope are only observed', async () => {
    const sendMail = vi.fn(async () => ({ messageId: '<1@x>' }));
    const { email } = desk({ sendMail }, 'observe');
    expect(await email.sendMail(mail)).toEqual({ messageId: '<1@x>' });
    expect(sendMail).toHaveBeenCalledTimes(1);
  });
});

describe('a spy', () => {
  it('that stood on the transporter gives its result, which is remembered', async () => {
    const transporter = nodemailer.createTransport({ host: '127.0.0.1', port: 1 });
    const spy = vi.spyOn(transporter, 'sendMail').mockResolvedValue({ messageId: '<spy@x>' } as never);
    const { oncely, send, email } = desk(transporter);
    expect(await send()).toEqual({ messageId: '<spy@x>' });
    expect(await send()).toEqual({ messageId: '<spy@x>' });
    expect(spy).toHaveBeenCalledTimes(1);
    expect(Reflect.get(email, 'sendMail')).toHaveBeenCalledTimes(1);
    expect(await oncely.effects.get('b:w:m')).toMatchObject({ state: 'succeeded' });
  });

  it('that fails leaves doubt, since nobody knows what it did', async () => {
    const transporter = nodemailer.createTransport({ host: '127.0.0.1', port: 1 });
    vi.spyOn(transporter, 'sendMail').mockRejectedValue(new Error('from the spy'));
    const { send } = desk(transporter);
    const error = await failureOf(send());
    expect(error).toMatchObject({ code: 'in_doubt' });
  });

  it('that calls through is watched like nodemailer itself', async () => {
    const fake = await smtp();
    const transporter = nodemailer.createTransport({ host: fake.host, port: fake.port });
    vi.spyOn(transporter, 'sendMail');
    fake.fail({ kind: 'drop', at: 'data' });
    const { send } = desk(transporter);
    await send();
    expect(fake.effects()).toHaveLength(1);
    expect(fake.effects()[0]?.messageId).toContain('oncely');
  });

  it('that is restored leaves no way past the ledger', async () => {
    const fake = await smtp();
    const transporter = nodemailer.createTransport({ host: fake.host, port: fake.port });
    const spy = vi.spyOn(transporter, 'sendMail');
    const { email } = desk(transporter);
    spy.mockRestore();
    const error = await failureOf(email.sendMail(mail));
    expect(error).toMatchObject({ code: 'invalid_config' });
    expect(fake.effects()).toHaveLength(0);
  });

  it('that a test sets later is handed back as it was set, and taken away again', async () => {
    const fake = await smtp();
    const opened = openDesk(fake);
    const { email } = opened;
    const spy = vi.spyOn(email, 'sendMail').mockResolvedValue({ messageId: '<spy@x>' } as never);
    expect(Reflect.get(email, 'sendMail')).toBe(spy);
    expect(await opened.notify()).toEqual({ messageId: '<spy@x>' });
    spy.mockRestore();
    await opened.notify();
    expect(fake.effects()).toHaveLength(1);
    expect(await opened.effect()).toMatchObject({ slot, state: 'succeeded' });
  });
});
