import type { AuditEntry } from '../../../src/ledger.ts';
import type { ClaimRequest } from '../../../src/lifecycle/claim-request.ts';
import type { Decision } from '../../../src/lifecycle/decide.ts';
import type { Finding } from '../../../src/lifecycle/probe.ts';
import type { Ending } from '../../../src/lifecycle/settle.ts';
import type { Input, Setup } from './terms.ts';
import type { Answer, Request, Vendor } from './vendor.ts';

/** Who changed the record, and with what. */
export type Cause =
  | { readonly kind: 'claim'; readonly request: ClaimRequest; readonly permission: boolean }
  | { readonly kind: 'settle'; readonly token: string; readonly ending: Ending }
  | { readonly kind: 'probe'; readonly finding: Finding }
  | { readonly kind: 'decide'; readonly decision: Decision };

/** A permission to send as its holder has it, and what became of its request in truth. */
export interface Held {
  readonly token: string;
  readonly version: number;
  readonly generation: number;
  readonly sends: Input & { readonly key: string };
  /** When the claim was begun; the send window counts from here. */
  readonly start: number;
  readonly leaseUntil: number;
  readonly claimedAt: number;
  readonly claimedAs: number;
  request?: Request;
  answer?: Answer;
  /** Lost on the way. */
  dropped?: boolean;
  dead?: boolean;
  gaveUpAt?: number;
  ending?: Ending;
}

/** What is so, whoever knows it: what the reference judges by. */
export interface Truth {
  readonly now: number;
  readonly transitions: number;
  readonly setup: Setup;
  readonly holders: ReadonlyMap<string, Held>;
  readonly vendor: Vendor;
  couldStill(held: Held): boolean;
  nothingOf(version: number): boolean;
}

export function typeOf(event: AuditEntry): string {
  return (JSON.parse(event.doc) as { type: string }).type;
}
