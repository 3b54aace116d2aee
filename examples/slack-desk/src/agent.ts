import { createOncely, type Ledger } from '@oncely/core';
import { oncelySlack, streamMessage } from '@oncely/slack';
import { WebClient, type WebClientOptions } from '@slack/web-api';

export interface Desk {
  readonly token: string;
  readonly channel: string;
  readonly options: WebClientOptions;
  /** A fake on the same machine keeps nothing on its way, Slack may. */
  readonly landingBoundMs: number;
}

export interface Refund {
  readonly id: string;
  readonly amount: string;
  /** Who reads the answer, where there is one to be streamed. */
  readonly reader?: { readonly recipient_team_id: string; readonly recipient_user_id: string };
}

/** One run of the agent. Each message is an effect, so it may be run again after any crash. */
export async function tellOf(refund: Refund, desk: Desk, ledger: Ledger): Promise<string> {
  const { token, channel, options, landingBoundMs } = desk;
  const oncely = createOncely({
    ledger,
    clients: { slack: oncelySlack((config) => new WebClient(token, { ...options, ...config }), { landingBoundMs }) },
    drainOnSigterm: false,
  });
  const { slack } = oncely.clients;
  return oncely.scope({ businessId: refund.id, workflowId: 'slack-desk' }, async () => {
    const { ts = '' } = await oncely.effect('ask', () =>
      slack.chat.postMessage({
        channel,
        text: `Refund ${refund.amount}?`,
        blocks: [
          { type: 'section', text: { type: 'mrkdwn', text: `*Refund ${refund.amount}?* (${refund.id})` } },
          {
            type: 'actions',
            elements: [
              { type: 'button', action_id: 'approve', style: 'primary', text: { type: 'plain_text', text: 'Approve' } },
              { type: 'button', action_id: 'decline', style: 'danger', text: { type: 'plain_text', text: 'Decline' } },
            ],
          },
        ],
      }),
    );
    await oncely.effect('seen', () => slack.reactions.add({ channel, timestamp: ts, name: 'eyes' }));
    await oncely.effect('reply', () =>
      slack.chat.postMessage({ channel, thread_ts: ts, text: 'Approved and on its way.' }),
    );
    await oncely.effect('receipt', () =>
      slack.files.uploadV2({
        channel_id: channel,
        thread_ts: ts,
        filename: 'receipt.csv',
        file: Buffer.from(`refund,amount\n${refund.id},${refund.amount}\n`),
      }),
    );
    if (refund.reader) {
      const stream = streamMessage(oncely, slack, 'answer', { channel, thread_ts: ts, ...refund.reader });
      for (const piece of ['The refund ', 'takes three ', 'to five days.']) await stream.append(piece);
      await stream.stop();
    }
    return ts;
  });
}
