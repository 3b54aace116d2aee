import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelySlack } from '@oncely/slack';
import { WebClient } from '@slack/web-api';

/** Where what is posted is seen by customers. */
export const customers = 'C0CUSTOMERS';
/** Ours alone. Everywhere else a person is asked: a channel has an id, and names that a list of others would miss. */
export const ours = 'C0RESEARCH';

/** Long research: each costly step is a value that is kept, a run takes hours, and what customers see waits for a person. */
export function makeOncely(env: Readonly<Record<string, string | undefined>> = process.env) {
  // The gates set what is not set in production: another address, and short times to wait for a dead process.
  const slackAt = env['SLACK_API_URL'] ? { slackApiUrl: env['SLACK_API_URL'] } : {};
  const bounds = env['GATES'] ? { landingBoundMs: 200 } : {};
  return createOncely({
    ledger: sqliteLedger(env['ONCELY_FILE'] ?? 'effects.db'),
    clients: { slack: oncelySlack((config) => new WebClient(env['SLACK_TOKEN'], { ...slackAt, ...config }), bounds) },
    approvals: {
      version: 1,
      // Whoever reads it is not there at night: the question holds for three days.
      operations: {
        'slack.chat.postMessage': { when: (input) => input['channel'] !== ours, ttlMs: 72 * 3_600_000 },
      },
    },
    // A run that begins for the fiftieth time is stuck, and costs a model's tokens each time.
    budgets: { reEntries: 50, reExecutions: 10 },
    leaseMs: env['GATES'] ? 1_000 : 60_000,
    waitMs: env['GATES'] ? 20_000 : 120_000,
  });
}

export const oncely = makeOncely();
export default oncely;
