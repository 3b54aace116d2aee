/** The three vendors of a run: fakes on loopback that fail by the seed and count what really happened. */
import { startSlackFake, type SlackFake } from '@oncely/testing/fakes/slack';
import { startSmtpFake, type SmtpFake } from '@oncely/testing/fakes/smtp';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';

import type { Addresses } from './addresses.ts';
import { orderTotal, type RefundCase } from './cases.ts';
import { httpFaults, smtpFaults } from './chaos.ts';

export interface Vendors {
  readonly stripe: StripeFake;
  readonly slack: SlackFake;
  readonly smtp: SmtpFake;
  readonly addresses: Addresses;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startVendors(seed: number, cases: readonly RefundCase[]): Promise<Vendors> {
  const [stripe, slack, smtp] = await Promise.all([startStripeFake(), startSlackFake(), startSmtpFake()]);
  for (const { charge } of cases) stripe.seedCharge({ id: charge, amount: orderTotal, currency: 'usd' });
  stripe.failRandomly(httpFaults(seed, 'stripe'));
  slack.failRandomly(httpFaults(seed, 'slack'));
  for (const { fault, skip } of smtpFaults(seed, cases.length * 4)) smtp.fail(fault, { skip });
  const all = [stripe, slack, smtp];
  return {
    stripe,
    slack,
    smtp,
    addresses: {
      stripe: { host: stripe.host, port: stripe.port, protocol: 'http' },
      slack: { slackApiUrl: slack.apiUrl },
      smtp: { host: smtp.host, port: smtp.port },
    },
    settled: async () => {
      for (const vendor of all) await vendor.settled();
    },
    close: async () => {
      for (const vendor of all) await vendor.close();
    },
  };
}
