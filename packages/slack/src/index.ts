/**
 * Slack under the ledger of Oncely.
 * @module
 */
export { oncelySlack } from './adapter.ts';
export type { SlackConfig, SlackOptions } from './adapter.ts';
export type { SlackLike } from './probe.ts';
