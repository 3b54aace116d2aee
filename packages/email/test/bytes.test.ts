import type { Permit, Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { createDelivery } from '../src/delivery.ts';
import { composerOf } from '../src/composer.ts';
import { prepareRequest, readCall, type CompleteMail } from '../src/request.ts';
import { failureOf, mail, openDesk, slot, smtp } from './desk.ts';

const rich = {
  ...mail,
  html: '<p>It is on its <b>way</b>: <img src="cid:logo"></p>',
  attachments: [
    { filename: 'invoice.pdf', content: Buffer.from('%PDF') },
    { filename: 'logo.png', cid: 'logo', content: 'aGVsbG8=', encoding: 'base64' },
  ],
  list: { unsubscribe: { url: 'https://shop.example/u', comment: 'Unsubscribe' } },
  icalEvent: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR' },
};

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const dkim = { domainName: 'shop.example', keySelector: 'key1', privateKey };

describe.each([
  ['plain', {}],
  ['signed by DKIM', { dkim }],
  ['signed by DKIM, in a pool', { dkim, pool: true }],
])('a mail %s', (_name, transport) => {
  it('is resent byte for byte, in another process and another second', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const desk = openDesk(fake, { ledger, transport });
    await failureOf(desk.notify(rich));
    await desk.oncely.effects.resolve(slot, { happened: false }, { by: 'paula' });
    await sleep(1_100);
    await openDesk(fake, { ledger, transport }).notify(rich);

    const [first, second] = fake.effects();
    expect(second?.raw).toBe(first?.raw);
    expect(first?.raw.includes('DKIM-Signature: ')).toBe('dkim' in transport);
    expect(first?.raw).toMatch(/boundary="--_NmP-[0-9a-f]{32}-Part_1"/);
  });

  it('is resent from the ledger alone', async () => {
    const fake = await smtp();
    const delivery = deliveryTo(fake, transport);
    const stored = requestOf(rich);
    expect(await delivery.deliver(stored, permitted())).toMatchObject({
      evidence: 'accepted',
      vendorId: '<oncely_m@shop.example>',
    });
    await delivery.deliver(stored, permitted());
    expect(fake.effects()[1]?.raw).toBe(fake.effects()[0]?.raw);
  });

  it('is resent byte for byte with the images that nodemailer takes out of its HTML', async () => {
    const fake = await smtp();
    const html = '<img src="data:image/png;base64,aGVsbG8="><img src="data:image/png;base64,d29ybGQ=">';
    const stored = requestOf({
      ...mail,
      html,
      attachDataUrls: true,
      attachments: [{ filename: 'a.txt', content: 'a' }],
    });
    const delivery = deliveryTo(fake, transport);
    await delivery.deliver(stored, permitted());
    await delivery.deliver(stored, permitted());
    const [first, second] = fake.effects();
    expect(second?.raw).toBe(first?.raw);
    const ids = [...(first?.raw ?? '').matchAll(/^Content-Id: <([^>]+)>/gim)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(first?.raw.replaceAll('=\r\n', '')).toContain(`cid:${id}`);
  });

  it('asks for the permission once, behind the envelope', async () => {
    const fake = await smtp();
    const seen: number[] = [];
    const permit = permitted({ check: () => void seen.push(fake.requests.length) });
    await deliveryTo(fake, transport).deliver(requestOf(rich), permit);
    expect(seen).toEqual([1]);
  });

  it('sends nothing of the message without the permission', async () => {
    const fake = await smtp();
    const permit = permitted({
      check: () => {
        throw new Error('the send window is over');
      },
    });
    const verdict = await deliveryTo(fake, transport).deliver(requestOf(rich), permit);
    expect(verdict).toMatchObject({ evidence: 'not_applied', reason: 'the send window is over' });
    await fake.settled();
    expect(fake.requests).toHaveLength(1);
    expect(fake.effects()).toHaveLength(0);
  });

  it('does not end a message whose lease ended meanwhile', async () => {
    const fake = await smtp();
    let remaining = 5_000;
    const permit = permitted({ check: () => void (remaining = 1), remainingMs: () => remaining });
    const verdict = await deliveryTo(fake, transport).deliver(requestOf(rich), permit);
    expect(verdict).toMatchObject({ evidence: 'not_applied', reason: 'the lease ended before the message did' });
    await fake.settled();
    expect(fake.effects()).toHaveLength(0);
  });
});

describe('the caller’s abort', () => {
  it('before the message cancels it', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'silent', at: 'mail' });
    const abort = new AbortController();
    const desk = openDesk(fake);
    const sent = failureOf(desk.notify({ signal: abort.signal } as never));
    await expect.poll(() => fake.requests.length).toBe(1);
    abort.abort();
    expect(await sent).toMatchObject({ name: 'AbortError', code: 'EABORT' });
    expect(await desk.effect()).toMatchObject({ state: 'ready' });
    expect(await failureOf(desk.notify({ signal: abort.signal } as never))).toMatchObject({ code: 'EABORT' });
    await desk.notify();
    expect(fake.effects()).toHaveLength(1);
  });

  it('behind its first byte is let pass', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'delay', at: 'after_dot', ms: 300 });
    const abort = new AbortController();
    const desk = openDesk(fake);
    const sent = desk.notify({ signal: abort.signal } as never);
    await expect.poll(() => fake.effects().length).toBe(1);
    abort.abort();
    await sent;
    expect(await desk.effect()).toMatchObject({ state: 'succeeded' });
  });
});

function deliveryTo(fake: SmtpFake, transport: object): { deliver(request: string, permit: Permit): Promise<Verdict> } {
  return createDelivery(nodemailer.createTransport({ host: fake.host, port: fake.port, ...transport }));
}

function requestOf(data: object): string {
  return prepareRequest(
    readCall({ ...data }, composerOf(nodemailer.createTransport({ jsonTransport: true }))).complete as CompleteMail,
    { key: 'oncely_k', marker: 'oncely_m' },
  );
}

function permitted(changes: Partial<Permit> = {}): Permit {
  return { check: () => {}, remainingMs: () => 5_000, ...changes };
}
