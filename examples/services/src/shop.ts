/** What the programs of this folder share: Oncely, and the clients that it gives out. */
import { createOncely, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { oncelyEmail } from '@oncely/email';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { LogLevel, WebClient } from '@slack/web-api';
import { createTransport, type Transporter } from 'nodemailer';
import Stripe from 'stripe';

/** Where the fakes are; against the vendors themselves there is nothing to say. */
export interface VendorsAt {
  readonly stripe?: { readonly host: string; readonly port: number; readonly protocol: 'http' };
  readonly slack?: { readonly slackApiUrl: string };
  readonly smtp?: { readonly host: string; readonly port: number };
}

export interface Shop {
  readonly oncely: Pick<Oncely, 'scope' | 'effect' | 'effects' | 'recover' | 'close'>;
  readonly stripe: Stripe;
  readonly slack: WebClient;
  readonly mail: Pick<Transporter, 'sendMail'>;
}

export interface ShopOptions extends Pick<OncelyOptions<never>, 'waitMs' | 'leaseMs' | 'approvals' | 'limits'> {
  readonly ledger: Ledger;
  readonly at?: VendorsAt;
  /** By default as each vendor is known to need; a fake on the same machine keeps nothing on its way. */
  readonly landingBoundMs?: number;
}

export function openShop({ ledger, at = {}, landingBoundMs, ...options }: ShopOptions): Shop {
  const bounds = landingBoundMs === undefined ? {} : { landingBoundMs };
  const oncely = createOncely({
    ledger,
    ...options,
    clients: {
      stripe: oncelyStripe((config) => new Stripe('sk_test_shop', { ...at.stripe, telemetry: false, ...config })),
      slack: oncelySlack(
        (config) => new WebClient('xoxb-shop', { ...at.slack, logLevel: LogLevel.ERROR, ...config }),
        bounds,
      ),
      mail: oncelyEmail(() => createTransport({ ...at.smtp }), bounds),
    },
  });
  return { oncely, ...oncely.clients };
}
