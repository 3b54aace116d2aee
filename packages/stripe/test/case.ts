import type { StripeFake } from '@oncely/testing/fakes/stripe';
import type Stripe from 'stripe';

export const apiKey = 'sk_test_RecognisableSecretOfOurs';
export const scope = { businessId: 'case_1', workflowId: 'test' } as const;
export const slot = 'case_1:test:write';

/** How the SDK reaches the fake. */
export function addressOf({ host, port }: StripeFake): Partial<Stripe.StripeConfig> {
  return { host, port, protocol: 'http', telemetry: false };
}
