/** A small agent under Oncely: two messages, one after the other. */
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
  const { slack } = oncely.clients;
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'desk' }, async () => {
    await oncely.effect('post', () => slack.chat.postMessage({ channel: 'C1', text: 'refunded' }));
    await oncely.effect('other', () => slack.chat.postMessage({ channel: 'C2', text: 'refunded' }));
  });
}
