import type { Fingerprint } from '../../../src/fingerprint.ts';
import type { SafetyClass } from '../../../src/record.ts';

export type Kind = SafetyClass['kind'];

// Small and of different sizes, so that every order of the deadlines is met.
export const leaseMs = 60;
export const sendWindowMs = 30;
export const landingBoundMs = 40;
export const keyWindowMs = 400;
/** A decision may rest on a time read so long ago; the window that an adapter declares leaves room for it. */
export const stalenessMs = 5;
export const approvalTtlMs = 250;

export function safetyOf(kind: Kind): SafetyClass {
  return kind === 'keyed' ? { kind, windowMs: keyWindowMs - stalenessMs } : { kind };
}

/** What a caller wants to send: `m` is the material part, `w` the wording. */
export interface Input {
  readonly m: number;
  readonly w: number;
}

export function printOf({ m, w }: Input): Fingerprint {
  return { version: 1, full: `m${m} w${w}`, material: `m${m}`, fields: { amount: `${m}`, text: `${w}` } };
}

/** How a walk is set up. */
export interface Setup {
  readonly kind: Kind;
  /** Callers ask for approvals: never, some of them, all of them. */
  readonly policy: 'none' | 'some' | 'all';
  /** Some callers choose to resend what is unverifiable. */
  readonly resend: boolean;
  /** Operators may say that it did not happen when it did. */
  readonly liars: boolean;
  /** The ledger may lose its record and is marked suspect then. */
  readonly forgetful: boolean;
  /** Requests are too large to be kept. */
  readonly omitted: boolean;
  readonly tape: readonly number[];
}
