import { createOncely, type EffectOptions, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { startSmtpFake, type SmtpFake } from '@oncely/testing/fakes/smtp';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import nodemailer from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail, type EmailOptions } from '../src/index.ts';
import { providerKeyOf } from '../src/provider.ts';
import { composerOf } from '../src/composer.ts';
import { prepareRequest, readCall, readRequest, rekeyRequest, type CompleteMail } from '../src/request.ts';
import { failureOf, mail, slot } from './desk.ts';

const hour = 3_600_000;

async function provider(header: string, now: () => number = Date.now): Promise<SmtpFake> {
  const fake = await startSmtpFake({ dedupe: { header, windowMs: 24 * hour }, now });
  onTestFinished(() => fake.close());
  return fake;
}

function start(fake: SmtpFake, ledger: Ledger, options: EmailOptions<'one'>, transport: object = {}) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port, ...transport }), {
        landingBoundMs: 0,
        ...options,
      }),
    },
  });
  const send = (effect: EffectOptions = {}, changes: object = {}): Promise<{ messageId?: string }> =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      oncely.effect('notify', effect, () => oncely.clients.email.sendMail({ ...mail, ...changes })),
    );
  return { oncely, send };
}

describe.each([
  ['resend', 'Resend-Idempotency-Key'],
  ['lettermint', 'Idempotency-Key'],
] as const)('%s', (name, header) => {
  it('a doubt is settled by the same key and bytes, in the same call', async () => {
    const fake = await provider(header);
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const { send, oncely } = start(fake, memoryLedger(), { provider: name });
    const { messageId } = await send();
    expect(fake.effects()).toHaveLength(1);
    expect(fake.effects()[0]?.messageId).toBe(messageId);
    expect(fake.deduped()).toBe(1);
    expect(fake.effects()[0]?.raw).toMatch(new RegExp(`^${header}: oncely_[0-9a-f]+$`, 'm'));
    expect(await oncely.effects.get(slot)).toMatchObject({
      state: 'succeeded',
      attempts: [{}, { evidence: 'accepted' }],
    });
  });

  it('a doubt is settled by a process that was never called', async () => {
    const fake = await provider(header);
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at: 'after_dot' }, { times: 9 });
    const first = start(fake, ledger, { provider: name });
    await failureOf(first.send());
    fake.heal();
    await expect
      .poll(async () => {
        await start(fake, ledger, { provider: name }).oncely.recover();
        return (await first.oncely.effects.get(slot))?.state;
      })
      .toBe('succeeded');
    expect(fake.effects()).toHaveLength(1);
  });

  it('behind its window a person is asked', async () => {
    let now = 1_790_000_000_000;
    const fake = await provider(header, () => now);
    const ledger = memoryLedger({ now: () => now });
    const options = { provider: name };
    fake.fail({ kind: 'drop', at: 'after_dot' }, { times: 9 });
    await failureOf(start(fake, ledger, options).send());
    fake.heal();
    now += 23 * hour;
    expect(await failureOf(start(fake, ledger, options).send())).toMatchObject({ code: 'stopped' });
    expect(fake.effects()).toHaveLength(1);
  });

  it('after a definite no another mail has another key, and the same Message-ID stays findable', async () => {
    const fake = await provider(header);
    const { send } = start(fake, memoryLedger(), { provider: name });
    fake.fail({ kind: 'reject', at: 'after_dot', code: 550 });
    await failureOf(send());
    await send({}, { to: 'bob@customer.example' });
    expect(fake.effects()).toHaveLength(1);
    expect(fake.deduped()).toBe(0);
    const [effect] = fake.effects();
    const key = new RegExp(`^${header}: (\\S+)`, 'm').exec(effect?.raw ?? '')?.[1];
    expect(effect?.messageId).toMatch(/^<oncely_/);
    expect(effect?.messageId).not.toContain(key);
  });
});

describe("a key of the caller's own under the provider's header", () => {
  const header = 'Resend-Idempotency-Key';
  const ofCaller = (key: unknown): object => ({ headers: { [header]: key } });
  /** In a scope, without an effect around it. */
  const bare = (oncely: ReturnType<typeof start>['oncely'], changes: object): Promise<unknown> =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      oncely.clients.email.sendMail({ ...mail, ...changes }),
    );

  it.each([
    ['a text', ofCaller('receipt')],
    ['a prepared one', ofCaller({ prepared: true, value: 'receipt' })],
    ['a list', { headers: [{ key: header.toLowerCase(), value: 'receipt' }] }],
  ])('names the effect, and the provider gets ours: %s', async (_what, changes) => {
    const fake = await provider(header);
    const ledger = memoryLedger();
    const { oncely } = start(fake, ledger, { provider: 'resend' });
    await bare(oncely, changes);
    await bare(start(fake, ledger, { provider: 'resend' }).oncely, changes);
    expect(fake.effects()).toHaveLength(1);
    expect(fake.deduped()).toBe(0);
    expect(fake.effects()[0]?.raw.match(/^resend-idempotency-key: .*$/gim)).toEqual([
      expect.stringMatching(/: oncely_[0-9a-f]+\r?$/),
    ]);
    expect(await oncely.effects.get('invoice_1:refund-desk:receipt')).toMatchObject({ state: 'succeeded' });
  });

  it('is refused by name inside of a named effect, in a ready-made message, and where it is no text', async () => {
    const fake = await provider(header);
    const { oncely, send } = start(fake, memoryLedger(), { provider: 'resend' });
    const raw = `From: a@shop.example\r\nTo: b@shop.example\r\n${header}: receipt\r\n\r\nHello`;
    for (const [work, words] of [
      [send({}, ofCaller('receipt')), /brings a name of its own, "receipt"/],
      [bare(oncely, { raw }), /Resend-Idempotency-Key of its own.*`raw`/s],
      [bare(oncely, ofCaller(['a', 'b'])), /Resend-Idempotency-Key of its own.*no text/s],
    ] as const) {
      const error = await failureOf(work);
      expect([error['code'], error.message]).toEqual(['invalid_input', expect.stringMatching(words)]);
    }
    expect(fake.effects()).toHaveLength(0);
  });

  it.each<[string, (raw: string) => Promise<object>]>([
    [
      'path',
      async (raw) => {
        const folder = await mkdtemp(join(tmpdir(), 'oncely-raw-'));
        onTestFinished(() => rm(folder, { recursive: true }));
        await writeFile(join(folder, 'ready.eml'), raw);
        return { path: join(folder, 'ready.eml') };
      },
    ],
    ['stream', async (raw) => Readable.from([raw])],
    [
      'href',
      async (raw) => {
        const server = createServer((_request, response) => response.end(raw));
        await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
        onTestFinished(() => void server.close());
        return { href: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready.eml` };
      },
    ],
  ])('C12: is refused, and an id of ours, in a ready-made message that is only pointed to: %s', async (_how, at) => {
    const fake = await provider(header);
    const { oncely, send } = start(fake, memoryLedger(), { provider: 'resend' });
    const head = 'From: a@shop.example\r\nTo: b@shop.example\r\n';
    const id = `oncely_${'a'.repeat(48)}`;
    for (const [line, words] of [
      [`${header}: receipt`, /Resend-Idempotency-Key of its own.*`raw`/s],
      [`${header.toLowerCase()} : receipt`, /Resend-Idempotency-Key of its own.*`raw`/s],
      [`Message-ID: <${id}@shop.example>`, /messageId is one of Oncely/],
    ] as const) {
      const error = await failureOf(send({}, { raw: await at(`${head}${line}\r\n\r\nHello`) }));
      expect([error['code'], error.message]).toEqual(['invalid_input', expect.stringMatching(words)]);
      expect(await oncely.effects.get(slot)).toBeUndefined();
    }
    expect(fake.effects()).toHaveLength(0);
    await send({}, { raw: await at(`${head}X-Other: receipt\r\n\r\nHello`) });
    expect(fake.effects()).toHaveLength(1);
  });

  it('is a header as any other where the provider reads none', async () => {
    const fake = await provider('X-Other');
    await start(fake, memoryLedger(), {}).send({}, ofCaller('receipt'));
    expect(fake.effects()[0]?.raw).toMatch(/^Resend-Idempotency-Key: receipt\r?$/m);
  });
});

it('a ready-made message carries the key of its provider: a doubt is one mail', async () => {
  const fake = await provider('Resend-Idempotency-Key');
  fake.fail({ kind: 'drop', at: 'after_dot' });
  const raw = 'From: desk@shop.example\r\nTo: ada@customer.example\r\nSubject: Refund\r\n\r\nHello\r\n';
  await start(fake, memoryLedger(), { provider: 'resend' }).send({}, { raw });
  expect(fake.effects()).toHaveLength(1);
  expect(fake.deduped()).toBe(1);
});

it('a mail begun at a provider is not resent through a server that does not know the key', async () => {
  const fake = await provider('Resend-Idempotency-Key');
  const other = await startSmtpFake();
  onTestFinished(() => other.close());
  const ledger = memoryLedger();
  fake.fail({ kind: 'drop', at: 'after_dot' }, { times: 9 });
  await failureOf(start(fake, ledger, { provider: 'resend' }).send());
  const { oncely, send } = start(other, ledger, {});
  const { open } = await oncely.recover();
  expect(open).toMatchObject([{ reason: expect.stringContaining('other_provider') as string }]);
  await failureOf(send());
  expect(other.effects()).toHaveLength(0);
  expect(other.connections()).toBe(0);
});

it('a stored request takes another key, and changes in nothing else', () => {
  const call = readCall({ ...mail }, composerOf(nodemailer.createTransport({ jsonTransport: true })))
    .complete as CompleteMail;
  const provider = { header: 'X-Key', windowMs: hour };
  const first = readRequest(prepareRequest(call, { key: 'k1', marker: 'm' }, provider));
  const second = readRequest(
    rekeyRequest(prepareRequest(call, { key: 'k1', marker: 'm' }, provider), { key: 'k2', marker: 'm' }),
  );
  expect(second).toEqual({ ...first, date: second.date, keyed: { header: 'X-Key', key: 'k2' } });
  const plain = prepareRequest(call, { key: 'k1', marker: 'm' });
  expect(rekeyRequest(plain, { key: 'k2', marker: 'm' })).toBe(plain);
});

describe('the provider', () => {
  const at = (host: string, option?: EmailOptions['provider']) =>
    providerKeyOf(nodemailer.createTransport({ host }), option)?.header;

  it.each([
    ['smtp.resend.com', 'Resend-Idempotency-Key'],
    ['SMTP.Resend.com.', 'Resend-Idempotency-Key'],
    ['smtp.lettermint.co', 'Idempotency-Key'],
    ['smtp.postmarkapp.com', undefined],
    ['email-smtp.eu-west-1.amazonaws.com', undefined],
    ['smtp.sendgrid.net', undefined],
    ['smtp.mailgun.org', undefined],
    ['smtp.gmail.com', undefined],
    ['notresend.com', undefined],
    ['resend.com.evil.example', undefined],
  ])('at %s dedupes by %s', (host, header) => {
    expect(at(host)).toBe(header);
  });

  it('is what the option says, whatever the host', () => {
    expect(at('smtp.resend.com', 'none')).toBeUndefined();
    expect(at('relay.example', 'resend')).toBe('Resend-Idempotency-Key');
    expect(at('relay.example', { header: 'X-Key', windowMs: hour })).toBe('X-Key');
    expect(() => at('relay.example', 'other' as never)).toThrow('[invalid_config]');
    expect(() => at('relay.example', { header: 'X: Key', windowMs: hour })).toThrow('[invalid_config]');
  });

  it('is known of a pool and of a transport by URL too', () => {
    for (const transport of [{ host: 'smtp.resend.com', pool: true }, 'smtps://u:p@smtp.resend.com'] as const) {
      const transporter = nodemailer.createTransport(transport as never);
      expect(providerKeyOf(transporter, undefined)?.header).toBe('Resend-Idempotency-Key');
      transporter.close();
    }
  });
});
