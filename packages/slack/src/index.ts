/**
 * Slack under the ledger of Oncely.
 * @module
 */
export { oncelySlack } from './adapter.ts';
export type { SlackConfig, SlackOptions } from './adapter.ts';
export { checkSlack } from './check.ts';
export type { SlackCheck } from './check.ts';
export { compensable, compensationOf } from './compensate.ts';
export type { Compensation } from './compensate.ts';
export type { SlackLike } from './looking.ts';
export { streamMessage } from './stream-message.ts';
export type { SlackStream, StreamArguments, StreamOptions } from './stream-message.ts';
