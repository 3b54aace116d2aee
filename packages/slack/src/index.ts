/**
 * Slack under the ledger of Oncely.
 * @module
 */
export { oncelySlack } from './adapter.ts';
export type { SlackConfig, SlackOptions } from './adapter.ts';
export { checkSlack } from './check.ts';
export type { SlackCheck } from './check.ts';
export type { SlackLike } from './looking.ts';
