import { startSlackFake, type SlackFake } from '@oncely/testing/fakes/slack';
import { startSmtpFake, type SmtpFake } from '@oncely/testing/fakes/smtp';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { VendorsAt } from '../shop.ts';

export interface Vendors {
  readonly stripe: StripeFake;
  readonly slack: SlackFake;
  readonly smtp: SmtpFake;
  readonly at: Required<VendorsAt>;
  /** A place for a ledger; it ends with the play. */
  readonly folder: string;
}

/** Plays with fakes of all vendors on loopback, where the charge `ch_1` of 500.00 usd was made. */
export async function withVendors<T>(play: (vendors: Vendors) => Promise<T>): Promise<T> {
  const [stripe, slack, smtp] = await Promise.all([startStripeFake(), startSlackFake(), startSmtpFake()]);
  const folder = await mkdtemp(join(tmpdir(), 'oncely-services-'));
  stripe.seedCharge({ id: 'ch_1', amount: 500_00, currency: 'usd' });
  const at = {
    stripe: { host: stripe.host, port: stripe.port, protocol: 'http' },
    slack: { slackApiUrl: slack.apiUrl },
    smtp: { host: smtp.host, port: smtp.port },
  } as const;
  try {
    return await play({ stripe, slack, smtp, at, folder });
  } finally {
    for (const vendor of [stripe, slack, smtp]) await vendor.close();
    await rm(folder, { recursive: true });
  }
}
