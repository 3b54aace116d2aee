import { memoryLedger } from '@oncely/core/ledgers/memory';
import { checkSlack } from '@oncely/slack';
import { startSlackFake } from '@oncely/testing/fakes/slack';
import { LogLevel, WebClient } from '@slack/web-api';

import { tellOf, type Desk } from './agent.ts';

const token = process.env['SLACK_BOT_TOKEN'];
const fake = token === undefined ? await startSlackFake() : undefined;
const desk: Desk = {
  token: token ?? 'xoxb-any',
  channel: process.env['SLACK_CHANNEL'] ?? 'C0DESK',
  options: { logLevel: LogLevel.ERROR, ...(fake && { slackApiUrl: fake.apiUrl }) },
  landingBoundMs: fake ? 50 : 10_000,
};

const { lookUps, channels } = await checkSlack(new WebClient(desk.token, desk.options), { channels: [desk.channel] });
for (const { problem } of channels) if (problem !== undefined) process.stdout.write(`${problem}\n`);
for (const operation of ['slack.chat.postMessage', 'slack.files.completeUploadExternal']) {
  const lookUp = lookUps.find((each) => each.operation === operation);
  if (lookUp?.possible === 'no') process.stdout.write(`${operation}: add ${lookUp.missing.join(' or ')}\n`);
}

// The post, the reaction and the upload happen; their answers are lost.
for (const method of ['chat.postMessage', 'reactions.add', 'files.completeUploadExternal'])
  fake?.fail({ kind: 'reset_after_effect' }, { match: ({ path }) => path === `/api/${method}` });

// A ledger in a file or a database outlives the process; this one is enough to be run three times.
const ledger = memoryLedger();
const refund = {
  id: `refund_${Date.now()}`,
  amount: '10 €',
  ...(fake && { reader: { recipient_team_id: 'T0FAKE', recipient_user_id: 'U0ANN' } }),
};
for (const run of [1, 2, 3]) process.stdout.write(`run ${run}: ${await tellOf(refund, desk, ledger)}\n`);
if (fake) {
  process.stdout.write(
    `in Slack: ${fake
      .effects()
      .map(({ operation }) => operation)
      .join(', ')}\n`,
  );
  await fake.close();
}
