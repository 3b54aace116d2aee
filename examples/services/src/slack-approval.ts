/** A refund that a person approves by a button in Slack. */
import { isOncelyError } from '@oncely/core';
import { approvalMessage, approvalRoute, approvalStep, handleApproval } from '@oncely/slack';
import { Hono } from 'hono';

import type { Shop } from './shop.ts';

export interface RefundCase {
  readonly order: string;
  readonly charge: string;
  readonly amount: number;
}

/** The agent: run again after the approval, or for any other reason, it goes on where it was. */
export function refund({ order, charge, amount }: RefundCase, { oncely, stripe, slack }: Shop): Promise<string> {
  return oncely.scope({ businessId: order, workflowId: 'refund-desk' }, async () => {
    try {
      const { id } = await oncely.effect('refund', { approval: 'required' }, () =>
        stripe.refunds.create({ charge, amount }),
      );
      return `refunded (${id})`;
    } catch (error) {
      if (!isOncelyError(error) || error.code !== 'approval_required') throw error;
      const effect = await oncely.effects.get(error.effect ?? '');
      if (!effect) throw error;
      const message = approvalMessage(effect, { detail: `Refund ${amount / 100} usd of ${charge}?` });
      await oncely.effect(approvalStep(effect), () => slack.chat.postMessage({ channel: 'C0DESK', ...message }));
      return 'asked in Slack';
    }
  });
}

/** The server: the Request URL under Interactivity of the Slack app. `fetch` is for tests. */
export function slackServer(
  { oncely }: Shop,
  signingSecret: string,
  more: { readonly fetch?: typeof fetch } = {},
): Hono {
  const approvals = approvalRoute(handleApproval({ oncely, signingSecret, ...more }));
  return new Hono().post('/slack', (context) => approvals(context.req.raw));
}
