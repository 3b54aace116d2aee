import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { failureOf, mail, openDesk, slot, smtp } from './desk.ts';

const by = { by: 'paula' };

describe.each([
  ['single', {}],
  ['pool', { pool: true, maxRequeues: 0 }],
])('%s connections', (_name, transport) => {
  it.each(['connect', 'greeting', 'ehlo', 'mail', 'rcpt', 'data'] as const)(
    'dropped at %s: not sent, and sent once later',
    async (at) => {
      const fake = await smtp();
      const ledger = memoryLedger();
      fake.fail({ kind: 'drop', at });
      const error = await failureOf(openDesk(fake, { ledger, transport, oncely: { maxAttempts: 1 } }).notify());

      expect(error).toMatchObject({ name: 'OncelyError', code: 'not_sent' });
      expect(error.cause).toBeInstanceOf(Error);
      const desk = openDesk(fake, { ledger, transport });
      expect(await desk.effect()).toMatchObject({ state: 'ready', attempts: [{ evidence: 'not_applied' }] });
      await desk.notify();
      expect(await desk.effect()).toMatchObject({ state: 'succeeded' });
      expect(fake.effects()).toHaveLength(1);
    },
  );

  it('dropped before the message: sent again in the same call', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'data' }, { times: 2 });
    await openDesk(fake, { transport }).notify();
    expect(fake.effects()).toHaveLength(1);
  });

  it.each([
    ['body', 0],
    ['after_dot', 1],
  ] as const)('dropped at %s: stops, and a person’s "it did not happen" sends once more', async (at, before) => {
    const fake = await smtp();
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at });
    const desk = openDesk(fake, { ledger, transport });
    expect(await failureOf(desk.notify())).toMatchObject({ code: 'stopped', next: 'ask-a-person' });
    expect(await failureOf(openDesk(fake, { ledger, transport }).notify())).toMatchObject({ code: 'stopped' });
    await desk.oncely.recover();
    expect(fake.effects()).toHaveLength(before);

    await desk.oncely.effects.resolve(slot, { happened: false }, by);
    await desk.notify();
    await openDesk(fake, { ledger, transport }).notify();
    expect(fake.effects()).toHaveLength(before + 1);
    expect(await desk.effect()).toMatchObject({ state: 'succeeded' });
  });

  it('a person who found the mail ends the doubt without another one', async () => {
    const fake = await smtp();
    const desk = openDesk(fake, { transport });
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { message } = await failureOf(desk.notify());
    const messageId = /Message-ID (<[^>]+>)/.exec(message)?.[1] ?? '';
    expect(messageId).toBe(fake.effects()[0]?.messageId);
    expect(message).not.toContain('ann@customer.example');

    await desk.oncely.effects.resolve(slot, { happened: { vendorId: messageId } }, by);
    expect(await desk.notify()).toEqual({ messageId });
    expect(fake.effects()).toHaveLength(1);
  });

  it('a person’s word without the id ends the doubt too, and there is no result to give', async () => {
    const fake = await smtp();
    const desk = openDesk(fake, { transport });
    fake.fail({ kind: 'drop', at: 'after_dot' });
    await failureOf(desk.notify());
    expect(await desk.oncely.effects.resolve(slot, { happened: {} }, by)).toMatchObject({ state: 'succeeded' });
    expect(await failureOf(desk.notify())).toMatchObject({ code: 'result_unavailable' });
    expect(fake.effects()).toHaveLength(1);
  });

  it.each(['rcpt', 'mail', 'after_dot'] as const)(
    'refused for good at %s: rejected, and the refusal replayed',
    async (at) => {
      const fake = await smtp();
      const ledger = memoryLedger();
      fake.fail({ kind: 'reject', at, code: 550 });
      const first = await failureOf(openDesk(fake, { ledger, transport }).notify());
      const desk = openDesk(fake, { ledger, transport });
      const again = await failureOf(desk.notify());

      expect(first).toMatchObject({
        name: 'Error',
        responseCode: 550,
        code: at === 'after_dot' ? 'EMESSAGE' : 'EENVELOPE',
      });
      for (const name of ['message', 'code', 'responseCode', 'response', 'command', 'rejected'])
        expect(again[name]).toEqual(first[name]);
      expect(again).toBeInstanceOf(Error);
      if (at === 'rcpt') {
        expect(again.rejectedErrors).toMatchObject([{ responseCode: 550, recipient: 'ann@customer.example' }]);
        expect((again.rejectedErrors as unknown[])[0]).toBeInstanceOf(Error);
      }
      expect(await desk.effect()).toMatchObject({ state: 'rejected', attempts: [{ reason: 'smtp_550' }] });
      expect(fake.effects()).toHaveLength(0);
      expect(fake.requests).toHaveLength(1);
    },
  );

  it('after a refusal the corrected recipient gets it', async () => {
    const fake = await smtp();
    const desk = openDesk(fake, { transport });
    fake.fail({ kind: 'reject', at: 'rcpt', code: 550 });
    await failureOf(desk.notify());
    await desk.notify({ to: 'ann@new.example' });
    expect(fake.effects().map((effect) => effect.recipients)).toEqual([['ann@new.example']]);
  });

  it.each(['rcpt', 'after_dot'] as const)('put off at %s: open, with nodemailer’s own error and a time', async (at) => {
    const fake = await smtp();
    let now = Date.now();
    const ledger = memoryLedger({ now: () => now });
    const desk = openDesk(fake, { ledger, transport });
    fake.fail({ kind: 'reject', at, code: 451 });
    expect(await failureOf(desk.notify())).toMatchObject({ name: 'Error', responseCode: 451 });
    expect(await desk.effect()).toMatchObject({ state: 'ready' });
    expect(await failureOf(desk.notify())).toMatchObject({
      code: 'not_sent',
      retryAfterMs: expect.any(Number) as number,
    });
    now += 60_000;
    await desk.notify();
    expect(fake.effects()).toHaveLength(1);
  });

  it('a server that closes behind the dot with a 421 did not take it', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'reject', at: 'after_dot', code: 421 });
    await openDesk(fake, { transport }).notify();
    expect(fake.effects()).toHaveLength(1);
  });

  it('a recipient refused among others is in the result, and stays there', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    const to = ['ann@customer.example', 'bob@customer.example'];
    fake.fail({ kind: 'reject', at: 'rcpt', code: 550, recipients: ['bob@customer.example'] });
    const first = await openDesk(fake, { ledger, transport }).notify({ to });
    const again = await openDesk(fake, { ledger, transport }).notify({ to });
    for (const info of [first, again]) {
      expect(info).toMatchObject({ accepted: ['ann@customer.example'], rejected: ['bob@customer.example'] });
      expect((info as { rejectedErrors?: unknown[] }).rejectedErrors?.[0]).toBeInstanceOf(Error);
    }
    expect(fake.effects()).toHaveLength(1);
  });

  it.each([
    ['mail', 'not_sent', 0],
    ['after_dot', 'stopped', 1],
  ] as const)('silence at %s ends with the lease', async (at, code, effects) => {
    const fake = await smtp();
    fake.fail({ kind: 'silent', at }, { times: 9 });
    const desk = openDesk(fake, { transport, oncely: { leaseMs: 1_200, waitMs: 10_000, maxAttempts: 1 } });
    expect(await failureOf(desk.notify())).toMatchObject({ code });
    expect(fake.effects()).toHaveLength(effects);
  });

  it('wrong credentials are the environment: nothing is final', async () => {
    const { startSmtpFake } = await import('@oncely/testing/fakes/smtp');
    const fake = await startSmtpFake({ auth: { user: 'desk', pass: 'right' } });
    const ledger = memoryLedger();
    const desk = openDesk(fake, { ledger, transport: { ...transport, auth: { user: 'desk', pass: 'wrong' } } });
    expect(await failureOf(desk.notify())).toMatchObject({ name: 'Error', code: 'EAUTH', responseCode: 535 });
    expect(await desk.effect()).toMatchObject({ state: 'ready' });
    expect(fake.connections()).toBe(1);
    await openDesk(fake, { ledger, transport: { ...transport, auth: { user: 'desk', pass: 'right' } } }).notify();
    expect(fake.effects()).toHaveLength(1);
    await fake.close();
  });

  it('a server that is not there was sent nothing', async () => {
    const fake = await smtp();
    const desk = openDesk(fake, { transport, oncely: { maxAttempts: 2 } });
    await fake.refuse(true);
    expect(await failureOf(desk.notify())).toMatchObject({ code: 'not_sent', cause: { originalCode: 'ECONNREFUSED' } });
    await fake.refuse(false);
    await desk.notify();
    expect(fake.effects()).toHaveLength(1);
  });
});

it('a pool’s own retries add nothing, over many mails and dropped idle connections', async () => {
  const fake = await smtp();
  const { oncely, email } = openDesk(fake, { transport: { pool: true, maxConnections: 2 } });
  fake.fail({ kind: 'drop', at: 'mail' }, { skip: 3, times: 4 });
  await oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
    Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        oncely.effect(`notify-${index}`, () => email.sendMail({ ...mail, to: `customer-${index}@x.example` })),
      ),
    ),
  );
  expect(fake.effects().map((effect) => effect.recipients[0])).toHaveLength(12);
  expect(new Set(fake.effects().map((effect) => effect.recipients[0])).size).toBe(12);
});

it('a landing bound is waited for before the question', async () => {
  const fake = await smtp();
  fake.fail({ kind: 'late_landing', ms: 150 });
  const desk = openDesk(fake, { landingBoundMs: 200 });
  expect(await failureOf(desk.notify())).toMatchObject({ code: 'stopped' });
  expect(fake.effects()).toHaveLength(1);
});
