import { createOncely } from '@oncely/core';
import { adapterConformance, type AdapterFault, type AdapterKit } from '@oncely/testing/conformance/adapter';
import { startSmtpFake, type SmtpFault } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { mail } from './desk.ts';

const recipients = {
  usual: 'ann@customer.example',
  changed: 'bob@customer.example',
  refused: 'nobody@customer.example',
};
const auth = { user: 'desk', pass: 'RecognisablePasswordOfOurs' };

const faults: Partial<Record<AdapterFault, SmtpFault>> = {
  lost_before_effect: { kind: 'drop', at: 'body' },
  lost_after_effect: { kind: 'drop', at: 'after_dot' },
};

const kit: AdapterKit = {
  operation: 'email.send',
  safety: 'unverifiable',
  faults: Object.keys(faults) as AdapterFault[],
  secret: auth.pass,
  changed: { field: 'to', value: recipients.changed },
  async open() {
    const fake = await startSmtpFake({ auth });
    const refusal = { kind: 'reject', at: 'rcpt', code: 550, recipients: [recipients.refused] } as const;
    fake.fail(refusal, { times: Infinity });
    const transporters: { close(): void }[] = [];
    return {
      fail: (fault) => fake.fail(faults[fault] as SmtpFault),
      refuse: (refused) => fake.refuse(refused),
      effects: () => fake.effects().length,
      sent: () => fake.requests.length,
      verify: (result) => expect(result).toMatchObject({ messageId: fake.effects().at(-1)?.messageId }),
      start(ledger, { landingBoundMs, ...settings }) {
        const { host, port } = fake;
        const oncely = createOncely({
          ledger,
          clients: { email: oncelyEmail(() => nodemailer.createTransport({ host, port, auth }), { landingBoundMs }) },
          drainOnSigterm: false,
          ...settings,
        });
        const { email } = oncely.clients;
        transporters.push(email);
        return {
          oncely,
          write: (input) => email.sendMail({ ...mail, to: recipients[input] }),
          read: () => email.verify(),
        };
      },
      async close() {
        for (const each of transporters) each.close();
        await fake.close();
      },
    };
  },
};

describe(kit.operation, () => {
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});
