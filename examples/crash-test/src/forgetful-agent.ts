/** The same agent after a change in haste: the message to Slack goes past Oncely. */
import { WebClient } from '@slack/web-api';

import { agent as refund } from './refund-agent.ts';

const slack = new WebClient('xoxb-desk', { slackApiUrl: process.env['SLACK_API_URL'] ?? 'https://slack.com/api/' });

export async function agent(): Promise<void> {
  await refund();
  await slack.chat.postMessage({ channel: 'C0DESK', text: 'Half of ch_1 is refunded.' });
}
