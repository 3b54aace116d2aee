/**
 * Slack under the ledger of Oncely.
 * @module
 */
export { oncelySlack } from './adapter.ts';
export type { SlackConfig, SlackOptions } from './adapter.ts';
export type { SlackActor } from './approval-click.ts';
export type { RefusedWhy } from './approval-decision.ts';
export { approvalMessage, approvalStep, decidedMessage } from './approval-message.ts';
export type { ApprovalBlock, ApprovalMessage, ApprovalMessageOptions } from './approval-message.ts';
export { approvalRoute } from './approval-route.ts';
export type { ApprovalRouteOptions } from './approval-route.ts';
export { checkSlack } from './check.ts';
export type { SlackCheck } from './check.ts';
export { compensable, compensationOf } from './compensate.ts';
export type { Compensation } from './compensate.ts';
export { handleApproval } from './handle-approval.ts';
export type {
  ApprovalHandler,
  ApprovalOutcome,
  HandleApprovalOptions,
  SlackAnswer,
  SlackRequest,
} from './handle-approval.ts';
export type { SlackLike } from './looking.ts';
export { streamMessage } from './stream-message.ts';
export type { SlackStream, StreamArguments, StreamOptions } from './stream-message.ts';
