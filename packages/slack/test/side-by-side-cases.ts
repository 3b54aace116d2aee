import type { WebClientOptions } from '@slack/web-api';
import type { Fault } from '@oncely/testing/fakes/faults';

/** A failure of every send of one post. */
export interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly options?: WebClientOptions;
  /** Sends and posts of the raw client, by its default policy. Under the ledger it is one send, and one post at most. */
  readonly raw: readonly [sends: number, posts: number];
}

export const cases: readonly Case[] = [
  { name: 'socket closed after the post', fault: { kind: 'reset_after_effect' }, raw: [11, 11] },
  { name: 'socket closed before it', fault: { kind: 'reset_before_effect' }, raw: [11, 0] },
  { name: 'timeout', fault: { kind: 'delay', ms: 60_000 }, options: { timeout: 600 }, raw: [11, 11] },
  { name: '500', fault: { kind: 'status', status: 500, after: 'after_effect' }, raw: [11, 11] },
  { name: '502 of a gateway', fault: { kind: 'gateway_502', after: 'after_effect' }, raw: [11, 11] },
  { name: 'truncated 200', fault: { kind: 'truncate' }, raw: [1, 1] },
  { name: '200 that is no JSON', fault: { kind: 'not_json' }, raw: [1, 1] },
  { name: "a gateway's 429", fault: { kind: 'gateway_429', after: 'after_effect' }, raw: [1, 1] },
];
