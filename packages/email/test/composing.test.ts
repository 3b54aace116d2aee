import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf, mail, smtp } from './desk.ts';

// Larger than what the sockets between hold, so that a part of it has arrived when the rest fails.
const large = Buffer.alloc(4 * 1024 * 1024, 'x');

interface Way {
  readonly name: string;
  readonly build: (fake: SmtpFake) => Transporter;
}

const ways: readonly Way[] = [
  { name: 'single', build: ({ host, port }) => nodemailer.createTransport({ host, port }) as Transporter },
  { name: 'pool', build: ({ host, port }) => nodemailer.createTransport({ host, port, pool: true }) as Transporter },
  { name: 'JSON', build: () => nodemailer.createTransport({ jsonTransport: true }) as never },
  { name: 'stream', build: () => nodemailer.createTransport({ streamTransport: true, buffer: true }) as never },
];

async function broken(way: Way, change: Partial<SendMailOptions>, plugin?: (transporter: Transporter) => void) {
  const fake = await smtp();
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => {
        const made = way.build(fake);
        plugin?.(made);
        return made;
      }),
    },
  });
  const { email } = oncely.clients;
  const send = (changes: Partial<SendMailOptions>): Promise<unknown> =>
    oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
      oncely.effect('m', () => email.sendMail({ ...mail, ...changes })),
    );
  const error = await failureOf(send(change));
  const effect = await oncely.effects.get('b:w:m');
  await fake.settled();
  const accepted = fake.effects().length;
  return { error, effect, accepted, fake, send, close: () => email.close() };
}

/** Breaks the first message behind its first half. */
function breaking(transporter: Transporter): void {
  let times = 0;
  transporter.use('stream', (each, done) => {
    times += 1;
    if (times > 1) return done();
    let passed = 0;
    each.message.transform(
      new Transform({
        transform(chunk: Buffer, _encoding, next) {
          passed += chunk.length;
          if (passed > large.length / 2) next(new Error('the disk is gone'));
          else next(null, chunk);
        },
      }),
    );
    done();
  });
}

/** Gives the first mail an attachment that is not there. */
function losing(transporter: Transporter): void {
  let times = 0;
  transporter.use('compile', (each, done) => {
    times += 1;
    if (times === 1) each.data.attachments = [{ path: '/nowhere/a.bin' }];
    done();
  });
}

describe.each(ways)('a message that cannot be composed, $name', (way) => {
  const isReader = way.name === 'single' || way.name === 'pool';

  it.each<[string, SendMailOptions, typeof losing | undefined, string]>([
    ['an attachment that is gone', {}, losing, 'ENOENT'],
    ...(way.name === 'JSON'
      ? []
      : [['a number as an attachment', { attachments: [{ content: 42 as never }] }, undefined, 'chunk'] as const]),
  ] as never)('by %s: is not sent, and the effect stays open', async (_what, change, plugin, words) => {
    const { error, effect, accepted, fake, send, close } = await broken(way, change, plugin);
    // nodemailer's own error.
    expect(error.message).toContain(words);
    expect(accepted).toBe(0);
    expect(effect).toMatchObject({ state: 'ready' });
    await send({ attachments: [{ filename: 'a.bin', content: 'mended' }] });
    expect(fake.effects()).toHaveLength(isReader ? 1 : 0);
    close();
  });

  it.runIf(isReader)('and fails behind its first half is not sent, and the effect stays open', async () => {
    const attachments = [{ filename: 'a.bin', content: large }];
    const { error, effect, accepted, fake, send, close } = await broken(way, { attachments }, breaking);
    expect(error.message).toContain('the disk is gone');
    expect(accepted).toBe(0);
    expect(fake.requests).toHaveLength(1);
    expect(effect).toMatchObject({ state: 'ready' });
    await send({ attachments });
    expect(fake.effects()).toHaveLength(1);
    close();
  });

  it.runIf(isReader)('a line that breaks in the first half of it is sent again', async () => {
    const fake = await smtp({ maxSize: 20 * 1024 * 1024 });
    fake.fail({ kind: 'drop', at: 'body' });
    const oncely = createOncely({
      ledger: memoryLedger(),
      drainOnSigterm: false,
      clients: { email: oncelyEmail(() => way.build(fake)) },
    });
    await oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
      oncely.effect('m', () =>
        oncely.clients.email.sendMail({ ...mail, attachments: [{ filename: 'a.bin', content: large }] }),
      ),
    );
    expect(fake.effects()).toHaveLength(1);
    expect(fake.requests).toHaveLength(2);
    oncely.clients.email.close();
  });
});
