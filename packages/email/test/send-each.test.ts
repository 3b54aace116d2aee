import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import { mkdtemp, rm } from 'node:fs/promises';
import nodemailer from 'nodemailer';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail, sendEach, type BulkProgress } from '../src/index.ts';
import { smtp } from './desk.ts';

// `npm run soak:mail` sends 10,000.
const recipients = Number(process.env['BULK_RECIPIENTS'] ?? 1_000);

/** One run of the bulk mail, in a process of its own as far as the ledger can tell. */
function bulk(fake: SmtpFake, ledger: Ledger) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    maxAttempts: 1,
    clients: {
      email: oncelyEmail(
        () =>
          nodemailer.createTransport({
            host: fake.host,
            port: fake.port,
            pool: true,
            maxConnections: 8,
            maxMessages: Infinity,
          }),
        { landingBoundMs: 0 },
      ),
    },
  });
  const { email } = oncely.clients;
  onTestFinished(() => email.close());
  return (id: number): Promise<unknown> =>
    oncely.scope({ businessId: `newsletter_2026_11:${id}`, workflowId: 'newsletter' }, () =>
      oncely.effect('mail', () =>
        email.sendMail({ from: 'desk@shop.example', to: `c${id}@customer.example`, subject: 'News', text: 'News.' }),
      ),
    );
}

function* upTo(count: number): Generator<number> {
  for (let id = 1; id <= count; id += 1) yield id;
}

const repeated = (fake: SmtpFake): number =>
  fake.effects().length - new Set(fake.effects().flatMap((effect) => effect.recipients)).size;

describe(`a bulk mail to ${recipients}`, () => {
  it('is one effect each, goes on where it was ended, and holds few of them in memory', async () => {
    const fake = await smtp();
    const folder = await mkdtemp(join(tmpdir(), 'oncely-bulk-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const ledger = sqliteLedger(join(folder, 'effects.db'));
    const abort = new AbortController();
    let underWay = 0;
    let most = 0;
    const first = bulk(fake, ledger);
    const half = await sendEach(
      upTo(recipients),
      async (id) => {
        most = Math.max(most, (underWay += 1));
        await first(id).finally(() => (underWay -= 1));
      },
      { signal: abort.signal, onProgress: ({ done }) => done === recipients / 2 && abort.abort() },
    );
    expect(half).toMatchObject({ complete: false, rejected: 0, stopped: 0, open: 0 });
    expect(half.done).toBeGreaterThanOrEqual(recipients / 2);
    expect(half.done).toBeLessThan(recipients / 2 + 8);
    expect(fake.effects()).toHaveLength(half.done);
    expect(most).toBe(8);

    const seen: BulkProgress[] = [];
    const whole = await sendEach(upTo(recipients), bulk(fake, ledger), {
      onProgress: (progress) => void seen.push(progress),
    });
    expect(whole).toEqual({ complete: true, done: recipients, rejected: 0, stopped: 0, open: 0 });
    expect(seen.at(-1)?.done).toBe(recipients);
    expect(fake.effects()).toHaveLength(recipients);
    expect(repeated(fake)).toBe(0);
  }, 900_000);
});

describe('in a bulk mail', () => {
  it('what fails stops nobody else, and is told', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at: 'after_dot' }, { skip: 3, times: 1 });
    fake.fail({ kind: 'reject', at: 'rcpt', code: 550, recipients: ['c7@customer.example'] });
    fake.fail({ kind: 'reject', at: 'rcpt', code: 451, recipients: ['c9@customer.example'] });
    const failed: number[] = [];
    const result = await sendEach(upTo(20), bulk(fake, ledger), {
      concurrency: 1,
      onFailure: (id) => void failed.push(id),
    });
    expect(result).toEqual({ complete: true, done: 17, rejected: 1, stopped: 1, open: 1 });
    expect(failed).toEqual([4, 7, 9]);
    expect(fake.effects()).toHaveLength(18);
    await sendEach(upTo(20), bulk(fake, ledger), { concurrency: 1 });
    expect(repeated(fake)).toBe(0);
    expect(fake.effects()).toHaveLength(18);
  });

  it('a reply about the session or the login is no refusal of the mail', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'reject', at: 'data', code: 503 }, { times: Infinity });
    const session = await sendEach(upTo(2), bulk(fake, memoryLedger()));
    expect(session).toMatchObject({ rejected: 0, open: 2 });
    fake.heal();
    fake.fail({ kind: 'reject', at: 'mail', code: 530 }, { times: Infinity });
    await expect(sendEach(upTo(20), bulk(fake, memoryLedger()))).rejects.toMatchObject({ responseCode: 530 });
  });

  it('a server that is away ends it, and the next run goes on', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    await fake.refuse(true);
    const away = await sendEach(upTo(100), bulk(fake, ledger), { concurrency: 2, patience: 3 });
    expect(away.complete).toBe(false);
    expect(away.open).toBeLessThan(6);
    await fake.refuse(false);
    expect(await sendEach(upTo(100), bulk(fake, ledger))).toMatchObject({ complete: true, done: 100 });
    expect(repeated(fake)).toBe(0);
  });

  it('an error of the program ends it', async () => {
    let called = 0;
    const failing = sendEach(
      upTo(100),
      async () => {
        called += 1;
        throw new TypeError('no such template');
      },
      { concurrency: 1 },
    );
    await expect(failing).rejects.toThrow('no such template');
    expect(called).toBe(1);
    await expect(sendEach([1], async () => {}, { concurrency: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('an error of the list reaches the caller, who may have any kind of list', async () => {
    const sent: number[] = [];
    async function* cut(): AsyncGenerator<number> {
      yield 1;
      yield 2;
      throw new Error('the database is away');
    }
    await expect(sendEach(cut(), async (id) => void sent.push(id))).rejects.toThrow('the database is away');
    expect(sent).toEqual([1, 2]);
    expect(await sendEach(new Set([1, 2, 3]), async () => {})).toMatchObject({ complete: true, done: 3 });
  });
});
