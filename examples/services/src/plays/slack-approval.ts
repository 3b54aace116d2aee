import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { slackClick, takeSlackReplies } from '@oncely/testing/fakes/slack-click';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openShop, type Shop } from '../shop.ts';
import { refund, slackServer } from '../slack-approval.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';
const wish = { order: 'order_7', charge: 'ch_1', amount: 10_00 };

export const slackApprovalPlay: Play = (say) =>
  withVendors(async ({ stripe, slack, at, folder }) => {
    const ledger = sqliteLedger(join(folder, 'effects.db'));
    const open = (): Shop => openShop({ ledger, at, landingBoundMs: 0 });
    const shop = open();
    say(`the agent: ${await refund(wish, shop)}`);
    say(`the agent, run again: ${await refund(wish, shop)}; messages: ${slack.effects().length}`);

    const { messages = [] } = await shop.slack.conversations.history({ channel: 'C0DESK' });
    const [message] = messages;
    say(`in the channel: ${message?.text}`);
    const { replies, fetch } = takeSlackReplies();
    const click = slackClick({
      message: { ...message },
      channel: 'C0DESK',
      button: 'Approve',
      user: { id: 'U0ANN', name: 'ann' },
      signingSecret,
      now: Date.now(),
    });
    const server = slackServer(shop, signingSecret, { fetch });
    const deliver = async (): Promise<number> =>
      (await server.request('/slack', { method: 'POST', headers: click.headers, body: click.body })).status;
    say(`Ann clicks Approve, and Slack delivers the click twice: ${await deliver()}, ${await deliver()}`);
    while (replies.length === 0) await sleep(10);
    say(`the message now: ${replies[0]?.body.text}`);

    const other = open();
    const [one, two] = await Promise.all([refund(wish, shop), refund(wish, other)]);
    say(`the agent, twice at once: ${one}, ${two}`);
    for (const each of [shop, other]) await each.oncely.close();
    return { refunds: stripe.effects('refunds.create').length, messages: slack.effects('chat.postMessage').length };
  });
