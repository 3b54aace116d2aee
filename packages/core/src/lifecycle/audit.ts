import { effectKeyOf } from '../contract.ts';
import { sha256 } from '../fingerprint.ts';
import type { AuditEntry } from '../ledger.ts';
import type { Draft, Evidence, Run } from '../record.ts';
import { countOf } from './attempts.ts';
import { salientDigest } from './salient.ts';

/** What an audit event says; it never holds input or results. */
export type AuditBody =
  | {
      readonly type: 'settled' | 'taken_over';
      readonly attempt: number;
      readonly generation: number;
      readonly logicVersion: number;
      readonly holder: string;
      readonly claimedAt: number;
      readonly evidence: Evidence;
      readonly basis?: string;
      readonly reason?: string;
      readonly vendorId?: string;
      /** The run that made this attempt. */
      readonly run?: Run;
    }
  | { readonly type: 'probed'; readonly answer: string; readonly vendorIds?: readonly string[] }
  | { readonly type: 'halted'; readonly reason: string }
  | { readonly type: 'resend_chosen' }
  | { readonly type: 'superseded'; readonly from: number; readonly to: number }
  /** Opened for another try; `changed` names the parameters that are other than before, never their values. */
  | { readonly type: 'reopened'; readonly generation: number; readonly changed: readonly string[] }
  | { readonly type: 'approval_asked'; readonly fingerprint: string; readonly policy?: number }
  /** Nobody had answered; each is told once, to whoever watches. */
  | { readonly type: 'approval_reminded'; readonly reminder: number }
  | { readonly type: 'approval_escalated'; readonly to: readonly string[] }
  | { readonly type: 'approval_expired' }
  | { readonly type: 'submitted'; readonly by: string }
  | {
      readonly type: 'decided';
      readonly decision: string;
      readonly by: string;
      readonly reason?: string;
      /** One person's word in an emergency, past what else was asked for. */
      readonly breakGlass?: true;
      /** Whom a person gave their word. */
      readonly to?: string;
      /** What was changed before it was approved, by name; the values stand in the record. */
      readonly edited?: { readonly from: string; readonly to: string; readonly paths: readonly string[] };
    }
  | { readonly type: 'diverged'; readonly vendorIds: readonly string[] };

/** What every event says beside its body. */
export interface AuditHead {
  readonly sequence: number;
  /** The hash of the event before; '' at the first. */
  readonly previous: string;
  /** The effect key that it is about. */
  readonly key: string;
  /** The digest of the input that the record describes. */
  readonly input: string;
  /** The run it belongs to: of an attempt its own, else the one that claimed the effect last. */
  readonly run?: Run;
  /** How many attempts the record had, and the digest of what no write changes without an event. */
  readonly record: { readonly attempts: number; readonly digest: string };
}

/** Appends events to a draft's chain: each is hashed over the one before, so an edit breaks all that follow. */
export function appendEvents(draft: Draft, bodies: readonly AuditBody[]): { draft: Draft; events: AuditEntry[] } {
  if (bodies.length === 0) return { draft, events: [] };
  let { sequence, hash } = draft.chain;
  const { contract, run } = draft;
  const record = { attempts: countOf(draft.attempts), digest: salientDigest(draft) };
  const events = bodies.map((body): AuditEntry => {
    sequence += 1;
    const of = 'logicVersion' in body ? body : { ...contract, generation: draft.generation };
    const head: AuditHead = {
      sequence,
      previous: hash,
      key: effectKeyOf({ ...contract, logicVersion: of.logicVersion }, of.generation),
      input: draft.fingerprint.full,
      ...(run === undefined || 'logicVersion' in body ? {} : { run }),
      record,
    };
    const doc = JSON.stringify({ ...head, ...body });
    hash = sha256(doc);
    return { sequence, doc };
  });
  return { draft: { ...draft, chain: { sequence, hash } }, events };
}

/** The record as claimed by this run; `undefined`: by recovery, which goes on with the run that was there. */
export function inRun<R extends Draft>(record: R, run: Run | undefined): R {
  if (run === undefined) return record;
  const { run: _before, ...rest } = record;
  return (Object.keys(run).length === 0 ? rest : { ...rest, run }) as R;
}
