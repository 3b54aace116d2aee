import { durableStepPlay } from './durable-step.ts';
import { monthlyFeePlay } from './monthly-fee.ts';
import { operatorPlay } from './operator.ts';
import type { Play } from './play.ts';
import { refundApiPlay } from './refund-api.ts';
import { refundQueuePlay } from './refund-queue.ts';
import { serverlessPlay } from './serverless.ts';
import { slackApprovalPlay } from './slack-approval.ts';
import { stripeWebhookPlay } from './stripe-webhook.ts';
import { tenantsPlay } from './tenants.ts';

/** By the command that runs each. */
export const plays: Readonly<Record<string, Play>> = {
  handler: refundApiPlay,
  webhook: stripeWebhookPlay,
  queue: refundQueuePlay,
  cron: monthlyFeePlay,
  tenants: tenantsPlay,
  approval: slackApprovalPlay,
  serverless: serverlessPlay,
  'durable-step': durableStepPlay,
  operator: operatorPlay,
};
