import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf, mail, smtp } from './desk.ts';

function desk(fake: SmtpFake, pool: object, options: { leaseMs?: number; waitMs?: number } = {}) {
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    ...options,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port, pool: true, ...pool })),
    },
  });
  const { email } = oncely.clients;
  onTestFinished(() => email.close());
  const send = (id: number, changes: object = {}): Promise<unknown> =>
    oncely.scope({ businessId: `news:${id}`, workflowId: 'news' }, () =>
      oncely.effect('mail', () => email.sendMail({ ...mail, to: `c${id}@x.example`, ...changes })),
    );
  return { oncely, email, send };
}

const many = Array.from({ length: 12 }, (_, index) => index);

describe('mails that wait for a place in a pool', () => {
  it.each<[string, object]>([
    ['by its rate', { maxConnections: 1, rateLimit: 1, rateDelta: 100 }],
    ['by its rate, at several connections', { maxConnections: 3, rateLimit: 2, rateDelta: 200 }],
  ])('do not lose their time, %s', async (_name, pool) => {
    const fake = await smtp();
    // Their whole time is shorter than the queue.
    const { send } = desk(fake, pool, { leaseMs: 800, waitMs: 600 });
    await Promise.all(many.map((id) => send(id)));
    expect(fake.effects()).toHaveLength(many.length);
    // Nothing was begun in vain.
    expect(fake.requests).toHaveLength(many.length);
  });

  it('do not lose their time behind a slow server', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'delay', at: 'after_dot', ms: 100 }, { times: many.length });
    const { send } = desk(fake, { maxConnections: 1 }, { leaseMs: 800, waitMs: 600 });
    await Promise.all(many.map((id) => send(id)));
    expect(fake.effects()).toHaveLength(many.length);
    expect(fake.requests).toHaveLength(many.length);
  });

  it('are not kept waiting by others that send nothing', async () => {
    const fake = await smtp();
    const { send } = desk(fake, { maxConnections: 1, rateLimit: 1, rateDelta: 60_000 });
    await send(1);
    // Replays and refusals use up no rate.
    await Promise.all([send(1), send(1), failureOf(send(1, { to: 'other@x.example' }))]);
    expect(fake.effects()).toHaveLength(1);
  });

  it('end with their caller’s abort', async () => {
    const fake = await smtp();
    const { oncely, send } = desk(fake, { maxConnections: 1, rateLimit: 1, rateDelta: 60_000 });
    await send(1);
    const controller = new AbortController();
    const waiting = failureOf(send(2, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 20);
    expect(await waiting).toMatchObject({ code: 'EABORT' });
    expect(await oncely.effects.get('news:2:news:mail')).toBeUndefined();
    expect(fake.effects()).toHaveLength(1);
  });

  it('are sent once where a program feeds the pool by its idle event', async () => {
    const fake = await smtp();
    const { email, send } = desk(fake, { maxConnections: 2 });
    const left = [...many];
    const sending: Promise<unknown>[] = [];
    let most = 0;
    let under = 0;
    await new Promise<void>((resolve, reject) => {
      const feed = (): void => {
        while (email.isIdle() && left.length > 0) {
          under += 1;
          most = Math.max(most, under);
          sending.push(send(left.shift() as number).finally(() => (under -= 1)));
        }
        if (left.length === 0) Promise.all(sending).then(() => resolve(), reject);
      };
      email.on('idle', feed);
      feed();
    });
    expect(fake.effects()).toHaveLength(many.length);
    expect(most).toBeLessThan(many.length);
  });
});
