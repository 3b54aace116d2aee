import { randomBytes } from 'node:crypto';

/** What of a ledger is made once, with the tables of its store. */
export interface LedgerIdentity {
  readonly id: string;
  readonly key: Uint8Array;
}

/** Of a ledger that is made now; the time stands in its id, so that no store needs a place for it. */
export function newIdentity(now: number = Date.now()): LedgerIdentity {
  return { id: `${randomBytes(16).toString('hex')}.${now}`, key: randomBytes(32) };
}

/** When a ledger and its key were made, in milliseconds since 1970; `undefined` of one of an earlier release. */
export function madeAt(id: string): number | undefined {
  const [, made] = /^[0-9a-f]{32}\.(\d+)$/.exec(id) ?? [];
  return made === undefined ? undefined : Number(made);
}
