import { fileURLToPath } from 'node:url';

import { startHubSpotFake } from '@oncely/testing/fakes/hubspot';
import { startSlackFake } from '@oncely/testing/fakes/slack';
import { startSmtpFake } from '@oncely/testing/fakes/smtp';
import { startStripeFake } from '@oncely/testing/fakes/stripe';

/** All vendors as fakes on loopback, for programs that are run as they stand in a README. */
export interface Vendors {
  /** What a process needs so that its requests to the vendors' own addresses come here, and no other leaves. */
  readonly env: Readonly<Record<string, string>>;
  /** How many effects really happened at each vendor so far. */
  effects(): Readonly<Record<VendorName, number>>;
  close(): Promise<void>;
}

export type VendorName = 'stripe' | 'slack' | 'hubspot' | 'mail';

/** The preload that leads a process's requests to the fakes. */
const redirect = fileURLToPath(new URL('redirect.ts', import.meta.url));

export async function startVendors(): Promise<Vendors> {
  const [stripe, slack, hubspot, mail] = await Promise.all([
    startStripeFake({ autoCharges: true }),
    startSlackFake(),
    startHubSpotFake(),
    startSmtpFake(),
  ]);
  for (const type of ['contacts', 'companies', 'deals', 'tickets']) hubspot.seedProperty(type, 'oncely_key');
  const hosts = {
    'api.stripe.com': stripe.port,
    'slack.com': slack.port,
    'files.slack.com': slack.port,
    'api.hubapi.com': hubspot.port,
  };
  return {
    env: {
      NODE_OPTIONS: `--import ${redirect}`,
      VENDOR_PORTS: JSON.stringify(hosts),
      STRIPE_KEY: 'sk_test_1',
      STRIPE_PORT: `${stripe.port}`,
      SLACK_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
      HUBSPOT_ACCESS_TOKEN: 'pat-1',
      SMTP_URL: `smtp://${mail.host}:${mail.port}`,
    },
    effects: () => ({
      stripe: stripe.effects().length,
      slack: slack.effects().length,
      hubspot: hubspot.effects().length,
      mail: mail.effects().length,
    }),
    close: async () => {
      await Promise.all([stripe.close(), slack.close(), hubspot.close(), mail.close()]);
    },
  };
}
