/** The crash tests: what a test of yours under any runner would hold. */
import { crashTest, startSlackFake, startStripeFake, type CrashRow } from '@oncely/testing';

/** Kills the refund agent at every point where it can die, and counts the refunds. */
export function killRefundAgent(print: (table: string) => void): Promise<readonly CrashRow[]> {
  return crashTest({
    agent: new URL('./refund-agent.ts', import.meta.url),
    expect: { refunds: 1 },
    setup: async ({ directory }) => {
      const stripe = await startStripeFake({ autoCharges: true });
      return {
        // What was killed is taken over after the lease: a minute would be long here.
        env: { LEDGER: `${directory}/effects.db`, LEASE_MS: '800', STRIPE_PORT: `${stripe.port}` },
        counts: { refunds: () => stripe.effects('refunds.create').length },
        close: () => stripe.close(),
      };
    },
    print,
  });
}

/** Fails, and its table says why: a message of the forgetful agent is posted again. */
export function killForgetfulAgent(print: (table: string) => void): Promise<readonly CrashRow[]> {
  return crashTest({
    agent: new URL('./forgetful-agent.ts', import.meta.url),
    expect: { refunds: 1, messages: 1 },
    setup: async ({ directory }) => {
      const [stripe, slack] = await Promise.all([startStripeFake({ autoCharges: true }), startSlackFake()]);
      const env = { LEDGER: `${directory}/effects.db`, LEASE_MS: '800', STRIPE_PORT: `${stripe.port}` };
      return {
        env: { ...env, SLACK_API_URL: slack.apiUrl },
        counts: {
          refunds: () => stripe.effects('refunds.create').length,
          messages: () => slack.effects('chat.postMessage').length,
        },
        close: () => Promise.all([stripe.close(), slack.close()]),
      };
    },
    print,
  });
}
