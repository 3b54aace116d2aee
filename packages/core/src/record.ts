import type { Contract } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Attended } from './lifecycle/standing.ts';
import type { EditablePath, Edited, Requested, Run, Taken, Undo } from './record-parts.ts';

export type { EditStep, EditablePath, Edited, Run, Taken, Undo } from './record-parts.ts';

/**
 * What an attempt's end is known to be. `unknown` may still become any of the others; `accepted` wins over all,
 * because it may be the only proof there will ever be.
 */
export type Evidence = 'unknown' | 'not_applied' | 'rejected' | 'accepted';

/** How the vendor treats a repeated write, which decides what may be done when an attempt is in doubt. */
export type SafetyClass =
  /** Honours our key for a window, counted from the first attempt: resend the same key and bytes inside it. */
  | { readonly kind: 'keyed'; readonly windowMs: number }
  /** A unique constraint at the vendor arbitrates: a conflict with our own key means done. */
  | { readonly kind: 'constrained' }
  /** Repeating sets the same state: read back first. */
  | { readonly kind: 'natural' }
  /** Can be looked up: believed absent only after the landing bound, by two complete probes. */
  | { readonly kind: 'probed' }
  /**
   * Neither: stops for a person. `findable`: a look may find it, while not finding it proves nothing; so it is looked
   * for before a resend that the caller chose.
   */
  | { readonly kind: 'unverifiable'; readonly findable?: true };

/**
 * A time on the ledger's clock, in milliseconds since 1970. A draft that is about to be written may hold
 * `{ after: n }` instead: n milliseconds after the moment at which the ledger stores it. That is how every time comes
 * from the ledger's own clock without a round trip to ask for it.
 */
export type Stamp = number | { readonly after: number };

/** One permission to send. */
export interface Attempt<T = number> {
  readonly token: string;
  readonly logicVersion: number;
  readonly generation: number;
  /** Who holds it; for people to read. */
  readonly holder: string;
  readonly claimedAt: T;
  readonly leaseUntil: T;
  readonly evidence: Evidence;
  /** When its holder reported; absent while it runs, and for ever when the holder died. */
  readonly settledAt?: T;
  /** What the evidence rests on. */
  readonly basis?: 'answer' | 'key' | 'probe' | 'person' | 'lost_ledger';
  readonly reason?: string;
  readonly vendorId?: string;
  /** The vendor stored a failure under this key: only a new generation can succeed. */
  readonly keyBurned?: boolean;
  /** How the vendor knows it (`lifecycle/naming.ts`); absent: by the names of before they were keyed. */
  readonly naming?: string;
  readonly run?: Run;
  /** It stands for so many in a row, all of which ended so: from the first's claim to the last's end. */
  readonly times?: number;
}

/** A payload kept for later: `sealed` by the caller's codec, or left out with the reason. */
export type Stored =
  /** `projection`: which part of it, where it is not the whole. `naming`: of a request, by which names in it. */
  | {
      readonly kind: 'plain' | 'sealed';
      readonly body: string;
      readonly projection?: string;
      readonly naming?: string;
    }
  | {
      readonly kind: 'omitted';
      readonly reason: 'too_large' | 'codec_failed' | 'secret' | 'unknown' | 'expired' | 'policy';
    };

export interface Approval<T = number> extends Attended {
  readonly state: 'pending' | 'approved' | 'declined' | 'revoked' | 'expired';
  /** The full digest that it belongs to; other input needs another approval. */
  readonly fingerprint: string;
  readonly requestedAt: T;
  readonly expiresAt?: T;
  readonly decidedAt?: T;
  readonly by?: string;
  readonly reason?: string;
  /** The version of the policy that asked for it; absent: the effect itself did. */
  readonly policy?: number;
  /** How many different people must approve. Absent: one. */
  readonly approvers?: number;
  /** How many of which groups; together they are `approvers`. */
  readonly quorum?: readonly { readonly group: string; readonly count: number }[];
  /** Who may not approve it: on whose behalf it was asked for, and whom the policy names. */
  readonly notBy?: readonly string[];
  /** How long question and answer hold, in milliseconds; an answer may hold no longer. Absent: as far as `expiresAt`. */
  readonly ttlMs?: number;
  /** Who has approved so far, by identity, where more than one must. */
  readonly approvedBy?: readonly string[];
  /** The groups of those, in the same order, where the groups count. */
  readonly approvedIn?: readonly (readonly string[])[];
  /** Approved by one person in an emergency, past what else was asked for. */
  readonly breakGlass?: true;
  /** The limits that it is one too many for, as they stood when it was asked. */
  readonly limits?: readonly { readonly id: string; readonly why: string }[];
  /** The paths whose values have come from elsewhere than the policy says. */
  readonly untraced?: readonly string[];
  /** The parameters in which it differs from what was asked for, approved or done here before. */
  readonly changed?: readonly string[];
  /** What an approver may change of the input; absent: nothing. */
  readonly editable?: readonly EditablePath[];
  /** What the person is shown of the input; gone once it is used up. */
  readonly preview?: Stored;
}

/** The ledger's one record of a slot. Its state is derived from the attempts, never stored as a verdict. */
export interface EffectRecord<T = number> extends Requested {
  readonly format: 1;
  readonly contract: Contract;
  /** The name under which the client was given to `createOncely`, and the account it acts on. */
  readonly client: string;
  readonly account: string;
  readonly operation: string;
  readonly safety: SafetyClass;
  readonly landingBoundMs: number;
  /** The ledger's epoch when it was last claimed; a mark set since then puts it in doubt. */
  readonly epoch?: number;
  /** Rises when the effect is opened again after a definite no. */
  readonly generation: number;
  readonly fingerprint: Fingerprint;
  readonly createdAt: T;
  /** Where in which trace it was begun (W3C `traceparent`). */
  readonly traceparent?: string;
  readonly attempts: readonly Attempt<T>[];
  /** How many attempts a person has allowed it in all; absent: `mostAttempts`. */
  readonly allowed?: number;
  /** Not before this time. */
  readonly retryAt?: T;
  /** Looks in a row that did not reach the vendor, so that each pauses longer. */
  readonly unreached?: number;
  /** Complete probes since the last attempt that found nothing. */
  readonly absences: readonly T[];
  /** A person decides from here. */
  readonly halt?: { readonly at: T; readonly reason: string };
  /** Probe only: nothing more is sent. It erases nothing. */
  readonly noMoreAttempts?: {
    readonly at: T;
    readonly why: 'cancelled' | 'declined';
    readonly by: string;
    readonly reason?: string;
  };
  readonly approval?: Approval<T>;
  /** What people changed of the input that waits, or that was approved. */
  readonly edited?: Edited<T>;
  /** The version of the approval policy that has judged the input. */
  readonly policy?: number;
  /** What the input takes of the limits in force when it was recorded, for whoever sends it and cannot read it. */
  readonly takes?: readonly Taken[];
  /** Handed in to be performed by whoever recovers or completes it. */
  readonly submitted?: true;
  readonly undo?: Undo<T>;
  /** The exact request while the effect is open, so that any process can resend it. Gone once it is settled. */
  readonly request?: Stored;
  readonly result?: Stored;
  readonly vendorId?: string;
  /** After a resend from "absent": when to look once more, for two. */
  readonly verifyAt?: T;
  /** More than one effect is proven at the vendor: an alarm. */
  readonly divergence?: { readonly at: T; readonly vendorIds: readonly string[] };
  /** A sweep did not find at the vendor what had happened: an alarm. */
  readonly missing?: { readonly at: T };
  /** Compacted by retention: the attempts and payloads are gone, the dedupe stays. */
  readonly tombstone?: { readonly at: T; readonly state: 'succeeded' | 'rejected' | 'declined' | 'cancelled' };
  /** Decisions of people already applied, so that a repeated command recognises itself. */
  readonly decisions: readonly string[];
  /** The run that claimed it last. */
  readonly run?: Run;
  /** The audit chain's head. */
  readonly chain: { readonly sequence: number; readonly hash: string };
}

/** A record about to be written, whose new times are still offsets. */
export type Draft = EffectRecord<Stamp>;

/** The states that people see. */
export type EffectState =
  | 'awaiting_approval'
  | 'ready'
  | 'executing'
  | 'succeeded'
  | 'rejected'
  | 'in_doubt'
  | 'stopped'
  | 'declined'
  | 'cancelled'
  | 'compensating'
  | 'compensated';

/** The text a ledger stores for a draft. */
export function encodeRecord(draft: Draft): string {
  return JSON.stringify(draft);
}

/**
 * Reads a stored record; `at` is the ledger's time of the write that stored it.
 * @throws OncelyError `ledger_unusable` where it is damaged or of another version, naming the slot
 */
export function decodeRecord(doc: string, at: number, slot = 'unknown'): EffectRecord {
  const draft = parsed(doc);
  if (isRecord(draft)) {
    try {
      return resolveTimes(draft, at);
    } catch {
      // A part of it is not what it should be.
    }
  }
  const newer = typeof draft?.format === 'number' && draft.format > 1;
  // Neither the text nor what the parser says of it: it quotes the text.
  throw new OncelyError('ledger_unusable', {
    message: `The record of ${slot} cannot be read: ${newer ? `it was written by a newer version of @oncely/core (format ${draft.format})` : 'it is damaged, or was written by something else'}. Nothing was sent for it.`,
    fix: newer
      ? 'update @oncely/core in this process'
      : `put back the row of ${slot} from a backup (table effects, or the key that ends with it); until then nothing is sent for this slot, and all others go on`,
    effect: slot,
  });
}

function parsed(doc: string): Draft | undefined {
  try {
    return JSON.parse(doc) as Draft;
  } catch {
    return undefined;
  }
}

function isRecord(draft: Partial<Draft> | null | undefined): draft is Draft {
  if (typeof draft !== 'object' || draft === null || draft.format !== 1) return false;
  const { contract, attempts, absences, decisions, chain, fingerprint, safety, generation } = draft;
  return (
    typeof contract?.stepId === 'string' &&
    typeof contract.businessId === 'string' &&
    typeof contract.workflowId === 'string' &&
    typeof contract.logicVersion === 'number' &&
    typeof generation === 'number' &&
    typeof draft.operation === 'string' &&
    typeof draft.client === 'string' &&
    typeof draft.account === 'string' &&
    typeof safety?.kind === 'string' &&
    typeof fingerprint?.full === 'string' &&
    Array.isArray(attempts) &&
    attempts.every((attempt) => evidences.has(attempt?.evidence) && typeof attempt.token === 'string') &&
    Array.isArray(absences) &&
    Array.isArray(decisions) &&
    typeof chain?.sequence === 'number'
  );
}

const evidences: ReadonlySet<unknown> = new Set(['unknown', 'not_applied', 'rejected', 'accepted']);

/** The record that a draft becomes when the ledger stores it at `at`. */
export function resolveTimes(draft: Draft, at: number): EffectRecord {
  const time = (stamp: Stamp): number => (typeof stamp === 'number' ? stamp : at + stamp.after);
  return {
    ...draft,
    createdAt: time(draft.createdAt),
    attempts: draft.attempts.map((attempt) => ({
      ...attempt,
      claimedAt: time(attempt.claimedAt),
      leaseUntil: time(attempt.leaseUntil),
      ...optional('settledAt', attempt.settledAt, time),
    })) as Attempt[],
    absences: draft.absences.map(time),
    ...optional('retryAt', draft.retryAt, time),
    ...optional('verifyAt', draft.verifyAt, time),
    ...optional('halt', draft.halt, (halt) => ({ ...halt, at: time(halt.at) })),
    ...optional('undo', draft.undo, (undo) => ({ ...undo, at: time(undo.at) })),
    ...optional('noMoreAttempts', draft.noMoreAttempts, (end) => ({ ...end, at: time(end.at) })),
    ...optional('divergence', draft.divergence, (divergence) => ({ ...divergence, at: time(divergence.at) })),
    ...optional('missing', draft.missing, (missing) => ({ ...missing, at: time(missing.at) })),
    ...optional('edited', draft.edited, (edited) => ({
      ...edited,
      steps: edited.steps.map((step) => ({ ...step, at: time(step.at) })),
    })),
    ...optional('tombstone', draft.tombstone, (tombstone) => ({ ...tombstone, at: time(tombstone.at) })),
    ...optional('approval', draft.approval, (approval) => ({
      ...approval,
      requestedAt: time(approval.requestedAt),
      ...optional('expiresAt', approval.expiresAt, time),
      ...optional('decidedAt', approval.decidedAt, time),
    })),
  } as EffectRecord;
}

function optional<K extends string, A, B>(name: K, value: A | undefined, map: (value: A) => B): { [P in K]?: B } {
  return value === undefined ? {} : ({ [name]: map(value) } as { [P in K]?: B });
}
