/** A process that approves an edited refund and is killed by the system after so many writes of its ledger. */
import { createOncely, type Ledger } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

export interface ApproverArguments {
  readonly file: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  readonly slot: string;
  readonly fingerprint: string;
  readonly amount: number;
  readonly writes: number;
}

/** The rules of every process here. */
export const rules = {
  version: 1,
  operations: { 'stripe.refunds.create': { editable: { amount: { max: 'asked' } } } },
} as const;

const given = process.argv[2];
if (given !== undefined && import.meta.main) {
  const { file, host, port, apiKey, slot, fingerprint, amount, writes } = JSON.parse(given) as ApproverArguments;
  const ledger = sqliteLedger(file);
  let done = 0;
  const mortal: Ledger = {
    ...ledger,
    write: async (command) => {
      const answer = await ledger.write(command);
      done += 1;
      if (done === writes) process.kill(process.pid, 'SIGKILL');
      return answer;
    },
  };
  const oncely = createOncely({
    leaseMs: 200,
    waitMs: 2_000,
    drainOnSigterm: false,
    approvals: rules,
    ledger: mortal,
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe(apiKey, { ...config, host, port, protocol: 'http', telemetry: false }),
        { landingBoundMs: 1 },
      ),
    },
  });
  await oncely.effects.approve(slot, { by: 'ann', reason: 'half of it', fingerprint, set: { amount }, perform: true });
}
