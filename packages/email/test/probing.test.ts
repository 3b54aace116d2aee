import { createOncely, type EffectOptions, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';

import { oncelyEmail, type MailAnswer, type MailProbe, type MailQuestion } from '../src/index.ts';
import { failureOf, mail, slot, smtp } from './desk.ts';

function start(fake: SmtpFake, ledger: Ledger, probe?: MailProbe) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port }), {
        landingBoundMs: 0,
        ...(probe === undefined ? {} : { probe }),
      }),
    },
  });
  const send = (effect: EffectOptions = {}, changes: object = {}): Promise<{ messageId?: string }> =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      oncely.effect('notify', effect, () => oncely.clients.email.sendMail({ ...mail, ...changes })),
    );
  const audit = async (): Promise<unknown[]> => (await oncely.effects.history(slot)).map(({ event }) => event['type']);
  return { oncely, send, audit };
}

/** A look-up that answers by what the fake really accepted. */
function truthful(fake: SmtpFake, asked: MailQuestion[] = []): MailProbe['find'] {
  return async (question) => {
    asked.push(question);
    const matches = fake.effects(({ messageId }) => messageId === question.messageId);
    return matches.length === 0 ? { kind: 'absent' } : { kind: 'found', times: matches.length };
  };
}

describe('a sweep of mails', () => {
  it('asks by the recorded Message-ID: there once, gone where absence is proof, and twice', async () => {
    const fake = await smtp();
    let now = Date.now();
    const asked: MailQuestion[] = [];
    const gone = new Set<string>();
    const { oncely, send } = start(fake, memoryLedger({ now: () => now }), {
      find: async (question) => {
        if (gone.has(question.messageId ?? '')) return { kind: 'absent' };
        return await truthful(fake, asked)(question);
      },
      absenceIsProof: true,
    });
    await send({}, { messageId: '<receipt-1@shop.example>' });
    now += 60_000;
    expect(await oncely.sweep()).toMatchObject({ examined: 1, matching: 1, missing: [], twice: [], cannotLookUp: {} });
    expect(asked).toMatchObject([{ messageId: '<receipt-1@shop.example>' }]);

    await nodemailer
      .createTransport({ host: fake.host, port: fake.port })
      .sendMail({ ...mail, messageId: '<receipt-1@shop.example>' });
    expect((await oncely.sweep()).twice).toMatchObject([{ slot, vendorId: '<receipt-1@shop.example>' }]);
    gone.add('<receipt-1@shop.example>');
    expect((await oncely.sweep()).missing).toMatchObject([{ slot, vendorId: '<receipt-1@shop.example>' }]);
    expect(fake.effects()).toHaveLength(2);
  });

  it('without a proof of absence says what it cannot look up', async () => {
    const fake = await smtp();
    let now = Date.now();
    const { oncely, send } = start(fake, memoryLedger({ now: () => now }), { find: async () => ({ kind: 'absent' }) });
    await send();
    now += 60_000;
    expect(await oncely.sweep()).toMatchObject({ missing: [], failed: [], cannotLookUp: { 'email.send': 1 } });
  });
});

describe('a look-up of one’s own', () => {
  it('that finds the mail ends the doubt in the same call', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const asked: MailQuestion[] = [];
    const { send, oncely } = start(fake, memoryLedger(), { find: truthful(fake, asked) });
    const { messageId } = await send();
    expect(messageId).toBe(fake.effects()[0]?.messageId);
    expect(fake.effects()).toHaveLength(1);
    expect(asked).toMatchObject([{ messageId, marker: messageId?.slice(1, -'@shop.example>'.length) }]);
    expect((asked[0]?.until.getTime() ?? 0) >= (asked[0]?.from.getTime() ?? 0)).toBe(true);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', vendorId: messageId });
  });

  it('that does not find it proves nothing: a person is asked', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'body' });
    const { send } = start(fake, memoryLedger(), { find: truthful(fake) });
    const error = await failureOf(send());
    expect(error).toMatchObject({ code: 'stopped' });
    expect(error.message).toContain('did not find it, which proves nothing');
    expect(fake.effects()).toHaveLength(0);
  });

  it('whose absence is proof sends it again by itself', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'body' });
    const { send, oncely } = start(fake, memoryLedger(), { find: truthful(fake), absenceIsProof: true });
    await send();
    expect(fake.effects()).toHaveLength(1);
    expect(await oncely.effects.get(slot)).toMatchObject({
      state: 'succeeded',
      attempts: [{ evidence: 'not_applied', basis: 'probe' }, { evidence: 'accepted' }],
    });
  });

  it('that finds two raises the alarm', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { send, oncely } = start(fake, memoryLedger(), { find: async () => ({ kind: 'found', times: 2 }) });
    await send();
    expect((await oncely.effects.get(slot))?.divergence).toHaveLength(2);
  });

  it('that knows another id, as SES gives one, records it', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const found: MailAnswer = { kind: 'found', messageId: '<ses-1@email.amazonses.com>' };
    const { send } = start(fake, memoryLedger(), { find: async () => found });
    expect(await send()).toEqual({ messageId: '<ses-1@email.amazonses.com>' });
  });

  it('that fails is asked again', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    let asked = 0;
    const find = truthful(fake);
    const { send } = start(fake, memoryLedger(), {
      find: async (question) => {
        if ((asked += 1) === 1) throw new Error('no line to the log');
        return find(question);
      },
    });
    await send();
    expect(asked).toBe(2);
    expect(fake.effects()).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['without its brackets', { messageId: 'invoice-1@shop.example' }],
    ['among the headers, without its brackets', { headers: { 'Message-ID': 'invoice-1@shop.example' } }],
    [
      'in a ready-made message, without its brackets',
      { raw: 'Message-ID: invoice-1@shop.example\r\nSubject: Refund\r\n\r\nIt is on its way.' },
    ],
  ])('is asked for an id that the caller gave %s as it was sent, and so finds it', async (_how, given) => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const asked: MailQuestion[] = [];
    const bare = (id = ''): string => id.replaceAll(/[<>]/g, '');
    const { send } = start(fake, memoryLedger(), {
      absenceIsProof: true,
      find: async (question) => {
        asked.push(question);
        const { length } = fake.effects(({ messageId }) => `<${bare(messageId)}>` === question.messageId);
        return length === 0 ? { kind: 'absent' } : { kind: 'found', times: length };
      },
    });
    await send({}, given);
    expect(asked[0]?.messageId).toBe('<invoice-1@shop.example>');
    expect(fake.effects()).toHaveLength(1);
  });

  it('that cannot be made says why, and where to look', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { send } = start(fake, memoryLedger(), { find: async () => ({ kind: 'cannot_know', reason: 'no archive' }) });
    expect((await failureOf(send())).message).toMatch(/no archive\. Look into .* Message-ID <oncely_/);
  });
});

describe('onDoubt: resend', () => {
  it('without a look-up sends once more, and the audit says that it was chosen', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { send, audit } = start(fake, memoryLedger());
    await send({ onDoubt: 'resend' });
    expect(fake.effects()).toHaveLength(2);
    expect(new Set(fake.effects().map(({ raw }) => raw)).size).toBe(1);
    expect((await audit()).filter((type) => type === 'resend_chosen')).toHaveLength(1);
  });

  it('with a look-up that finds it sends nothing', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { send, audit } = start(fake, memoryLedger(), { find: truthful(fake) });
    await send({ onDoubt: 'resend' });
    expect(fake.effects()).toHaveLength(1);
    expect(await audit()).not.toContain('resend_chosen');
  });

  it('is not chosen by default, nor by recovery', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { send, oncely, audit } = start(fake, ledger);
    expect(await failureOf(send())).toMatchObject({ code: 'stopped' });
    await oncely.recover();
    expect(fake.effects()).toHaveLength(1);
    expect(await audit()).not.toContain('resend_chosen');
    await send({ onDoubt: 'resend' });
    expect(fake.effects()).toHaveLength(2);
    expect(await audit()).toContain('resend_chosen');
  });
});
