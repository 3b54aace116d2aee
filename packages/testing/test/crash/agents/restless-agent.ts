/** An agent that takes another business id in every run. */
import { randomUUID } from 'node:crypto';

import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelySlack } from '@oncely/slack';
import { WebClient } from '@slack/web-api';

const { LEDGER = '', SLACK_API_URL: slackApiUrl = '' } = process.env;

const oncely = createOncely({
  ledger: sqliteLedger(LEDGER),
  leaseMs: 800,
  clients: {
    slack: oncelySlack((config) => new WebClient('xoxb-1', { ...config, slackApiUrl }), { landingBoundMs: 200 }),
  },
});

export async function agent(): Promise<void> {
  await oncely.scope({ businessId: randomUUID(), workflowId: 'desk' }, () =>
    oncely.effect('post', () => oncely.clients.slack.chat.postMessage({ channel: 'C1', text: 'refunded' })),
  );
}
