import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer, { type Transporter } from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';

import { mail, openDesk, smtp } from './desk.ts';
import { cases } from './side-by-side-cases.ts';

// nodemailer by itself sends once a call; it is who calls again after an error that doubles.

const kinds = [
  ['single', {}],
  ['pool', { pool: true }],
] as const;

const always = { times: Number.POSITIVE_INFINITY };

/** What a caller does that wants its mail sent: it calls until it gets a result, three times at most. */
async function insist(call: () => Promise<unknown>, most = 3): Promise<readonly Error[]> {
  const errors: Error[] = [];
  while (errors.length < most) {
    const error = await call().then(
      () => undefined,
      (failure: Error) => failure,
    );
    if (!error) break;
    errors.push(error);
  }
  return errors;
}

describe.each(kinds)('%s connections', (_name, transport) => {
  const bare = (at: { readonly host: string; readonly port: number }, more: object = {}): Transporter => {
    const { host, port } = at;
    // A pool puts a mail back by itself until a server takes its line; here none ever does.
    const transporter = nodemailer.createTransport({ host, port, maxRequeues: 0, ...transport, ...more });
    onTestFinished(() => transporter.close());
    return transporter as Transporter;
  };

  describe.each(cases)('$name', ({ fault, patience, raw, ends }) => {
    it(`nodemailer: ${raw[0]} by one call, ${raw[1]} by three`, async () => {
      const fake = await smtp();
      fake.fail(fault, always);
      const email = bare(fake, patience);
      expect(await insist(() => email.sendMail(mail), 1)).toHaveLength(1);
      await fake.settled();
      expect(fake.effects()).toHaveLength(raw[0]);
      expect(await insist(() => email.sendMail(mail), 2)).toHaveLength(2);
      await fake.settled();
      expect(fake.effects()).toHaveLength(raw[1]);
    });

    it(`the same under the ledger, by three processes: ${Math.min(1, raw[1])}, and ${ends}`, async () => {
      const fake = await smtp();
      fake.fail(fault, always);
      const ledger = memoryLedger();
      const options = { ledger, transport: { maxRequeues: 0, ...transport, ...patience }, oncely: { maxAttempts: 1 } };
      const errors = await insist(() => openDesk(fake, options).notify());
      expect(errors).toHaveLength(3);
      await fake.settled();
      expect(fake.effects()).toHaveLength(Math.min(1, raw[1]));
      const last = {
        not_sent: { code: 'not_sent', next: 'retry' },
        closing: { code: 'EMESSAGE', responseCode: 421 },
        // The first call has nodemailer's own error; later ones say when it may be.
        'put off': { code: 'not_sent', retryAfterMs: expect.any(Number) },
        refused: { code: 'EMESSAGE', responseCode: 554 },
        stopped: { code: 'stopped', next: 'ask-a-person' },
      }[ends];
      expect(errors.at(-1)).toMatchObject(last);
    });
  });

  it('closed behind the dot once, and then all is well: nodemailer twice and a success, under the ledger one', async () => {
    const raw = await smtp();
    raw.fail({ kind: 'drop', at: 'after_dot' });
    expect(await insist(() => bare(raw).sendMail(mail))).toHaveLength(1);
    expect(raw.effects()).toHaveLength(2);

    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const ledger = memoryLedger();
    expect(await insist(() => openDesk(fake, { ledger, transport }).notify())).toHaveLength(3);
    expect(fake.effects()).toHaveLength(1);
  });
});
