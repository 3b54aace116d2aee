import { sha256 } from '../fingerprint.ts';
import type { AuditEntry } from '../ledger.ts';
import type { Draft } from '../record.ts';

/** What an audit event says; it never holds input or results. */
export type AuditBody =
  | {
      readonly type: 'settled' | 'taken_over';
      readonly attempt: number;
      readonly generation: number;
      readonly logicVersion: number;
      readonly holder: string;
      readonly claimedAt: number;
      readonly evidence: string;
      readonly basis?: string;
      readonly reason?: string;
      readonly vendorId?: string;
    }
  | { readonly type: 'probed'; readonly answer: string; readonly vendorIds?: readonly string[] }
  | { readonly type: 'halted'; readonly reason: string }
  | { readonly type: 'resend_chosen' }
  | { readonly type: 'superseded'; readonly from: number; readonly to: number }
  | { readonly type: 'reopened'; readonly generation: number }
  | { readonly type: 'approval_asked'; readonly fingerprint: string; readonly policy?: number }
  | { readonly type: 'submitted'; readonly by: string }
  | { readonly type: 'decided'; readonly decision: string; readonly by: string; readonly reason?: string }
  | { readonly type: 'diverged'; readonly vendorIds: readonly string[] };

/** Appends events to a draft's chain: each is hashed over the one before, so an edit breaks all that follow. */
export function appendEvents(draft: Draft, bodies: readonly AuditBody[]): { draft: Draft; events: AuditEntry[] } {
  let { sequence, hash } = draft.chain;
  const events = bodies.map((body): AuditEntry => {
    sequence += 1;
    const doc = JSON.stringify({ sequence, previous: hash, ...body });
    hash = sha256(doc);
    return { sequence, doc };
  });
  return { draft: { ...draft, chain: { sequence, hash } }, events };
}
