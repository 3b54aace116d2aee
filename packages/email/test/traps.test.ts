import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake, SmtpFault } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';

import { providerKeyOf } from '../src/provider.ts';
import { failureOf, mail, openDesk, slot, smtp } from './desk.ts';

// Each trap of nodemailer and of SMTP by name: what the raw transporter does, and what a mail under the ledger does.

function raw(fake: SmtpFake, transport: object = {}): (changes?: object) => Promise<{ messageId?: string }> {
  const transporter = nodemailer.createTransport({ host: fake.host, port: fake.port, ...transport });
  return (changes) => transporter.sendMail({ ...mail, ...changes });
}

/** What programs do around a mail: call again while it fails. */
async function retrying(send: () => Promise<unknown>, times = 3): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    const failed = await send().then(
      () => false,
      () => true,
    );
    if (!failed) return;
  }
}

describe('raw and wrapped, three tries each', () => {
  it.each<[string, SmtpFault, number, number]>([
    ['closed behind the dot', { kind: 'drop', at: 'after_dot' }, 3, 1],
    ['closed in the message', { kind: 'drop', at: 'body' }, 0, 0],
    ['closed before the message', { kind: 'drop', at: 'data' }, 0, 0],
    ['accepted later', { kind: 'late_landing', ms: 20 }, 3, 1],
  ])('%s: %o', async (_name, fault, byRaw, byOurs) => {
    const fake = await smtp();
    fake.fail(fault, { times: Infinity });
    await retrying(raw(fake));
    await fake.settled();
    expect(fake.effects()).toHaveLength(byRaw);
    const other = await smtp();
    other.fail(fault, { times: Infinity });
    const desk = openDesk(other, { oncely: { maxAttempts: 2 } });
    await retrying(() => desk.notify());
    await other.settled();
    expect(other.effects()).toHaveLength(byOurs);
  });
});

it('trap: the error’s fields are the same before the message and behind its dot; the pulled body tells them apart', async () => {
  const seen = [];
  for (const at of ['mail', 'after_dot'] as const) {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at }, { times: 9 });
    const { code, command } = await failureOf(raw(fake)());
    const desk = openDesk(fake, { oncely: { maxAttempts: 1 } });
    await failureOf(desk.notify());
    seen.push({ code, command, evidence: (await desk.effect())?.attempts[0]?.evidence });
  }
  expect(seen[0]).toMatchObject({ code: seen[1]?.code, command: seen[1]?.command });
  expect(seen.map(({ evidence }) => evidence)).toEqual(['not_applied', 'unknown']);
});

it('trap: the Message-ID alone does not make a resend the same mail; Date and boundaries are ours to fix', async () => {
  const fake = await smtp();
  const rich = { html: '<p>It is on its way.</p>', messageId: '<mine@x.example>' };
  const send = raw(fake);
  await send(rich);
  await send(rich);
  expect(fake.effects()[0]?.messageId).toBe(fake.effects()[1]?.messageId);
  expect(fake.effects()[0]?.raw).not.toBe(fake.effects()[1]?.raw);
  const other = await smtp();
  other.fail({ kind: 'drop', at: 'after_dot' });
  const ledger = memoryLedger();
  const desk = openDesk(other, { ledger });
  await failureOf(desk.notify(rich));
  await desk.oncely.effects.resolve(slot, { happened: false }, { by: 'paula' });
  await openDesk(other, { ledger }).notify(rich);
  expect(other.effects()[1]?.raw).toBe(other.effects()[0]?.raw);
});

it('trap: a mail refused for some recipients is a success, so a retry for them would send to everybody', async () => {
  const fake = await smtp();
  const to = ['ann@customer.example', 'bob@customer.example'];
  fake.fail({ kind: 'reject', at: 'rcpt', code: 450, recipients: ['bob@customer.example'] }, { times: 9 });
  const desk = openDesk(fake);
  await desk.notify({ to });
  await desk.notify({ to });
  expect(fake.effects().map(({ recipients }) => recipients)).toEqual([['ann@customer.example']]);
});

it('trap: a pool sends a mail again by itself, and no more than its permission allows', async () => {
  const fake = await smtp();
  fake.fail({ kind: 'drop', at: 'mail' }, { times: 2 });
  const desk = openDesk(fake, { transport: { pool: true } });
  await desk.notify();
  expect(fake.requests.length).toBeGreaterThan(1);
  expect(fake.effects()).toHaveLength(1);
  fake.fail({ kind: 'drop', at: 'after_dot' }, { times: 9 });
  const other = openDesk(fake, { transport: { pool: true } });
  await failureOf(other.notify());
  expect(fake.effects()).toHaveLength(2);
});

it('trap: a 5xx behind the dot is a no, though the message was sent whole', async () => {
  const fake = await smtp();
  fake.fail({ kind: 'reject', at: 'after_dot', code: 554 });
  const desk = openDesk(fake);
  expect(await failureOf(desk.notify())).toMatchObject({ code: 'EMESSAGE', responseCode: 554 });
  expect(await desk.effect()).toMatchObject({ state: 'rejected' });
  await desk.notify({ to: 'bob@customer.example' });
  expect(fake.effects()).toHaveLength(1);
});

it('trap: an abort behind the first byte does not take the mail back', async () => {
  const fake = await smtp();
  fake.fail({ kind: 'delay', at: 'after_dot', ms: 200 }, { times: 2 });
  const abort = new AbortController();
  const sending = failureOf(raw(fake)({ signal: abort.signal }));
  await expect.poll(() => fake.effects().length).toBe(1);
  abort.abort();
  expect(await sending).toMatchObject({ name: 'AbortError' });
  expect(fake.effects()).toHaveLength(1);
  const second = new AbortController();
  const sent = openDesk(fake).notify({ signal: second.signal } as never);
  await expect.poll(() => fake.effects().length).toBe(2);
  second.abort();
  expect(await sent).toMatchObject({ messageId: fake.effects()[1]?.messageId });
});

it('trap: Postmark, SES, SendGrid and Mailgun dedupe nothing by a key, so none is trusted to', () => {
  const hosts = ['smtp.postmarkapp.com', 'email-smtp.us-east-1.amazonaws.com', 'smtp.sendgrid.net', 'smtp.mailgun.org'];
  for (const host of hosts) expect(providerKeyOf(nodemailer.createTransport({ host }), undefined)).toBeUndefined();
});

it('trap: RFC 1047, the gap behind the dot, is closed by nobody: it is told, with what to look for', async () => {
  const fake = await smtp();
  fake.fail({ kind: 'drop', at: 'after_dot' });
  const error = await failureOf(openDesk(fake).notify());
  expect(error).toMatchObject({ code: 'stopped', next: 'ask-a-person' });
  expect(error.message).toContain(`Message-ID ${fake.effects()[0]?.messageId}`);
});
