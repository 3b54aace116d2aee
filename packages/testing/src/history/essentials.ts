import { createHash } from 'node:crypto';

import type { AttemptEssentials, RecordEssentials } from './event.ts';

/** Tells two documents apart. */
export function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('base64url').slice(0, 16);
}

interface Document {
  readonly format?: unknown;
  readonly safety?: { readonly kind: string };
  readonly landingBoundMs?: number;
  readonly tombstone?: unknown;
  readonly decisions?: readonly string[];
  readonly attempts?: readonly AttemptEssentials[];
}

/** What a stored document says as an effect's record; `undefined` where it is none. */
export function essentialsOf(doc: string): RecordEssentials | undefined {
  const record = parsed(doc);
  if (record?.format !== 1 || !record.attempts || !record.safety) return undefined;
  return {
    safety: record.safety.kind,
    landingBoundMs: record.landingBoundMs ?? 0,
    tombstone: record.tombstone !== undefined,
    decisions: record.decisions?.length ?? 0,
    attempts: record.attempts.map((attempt) => ({
      token: attempt.token,
      generation: attempt.generation,
      logicVersion: attempt.logicVersion,
      evidence: attempt.evidence,
      claimedAt: attempt.claimedAt,
      leaseUntil: attempt.leaseUntil,
      ...(attempt.settledAt === undefined ? {} : { settledAt: attempt.settledAt }),
      ...(attempt.basis === undefined ? {} : { basis: attempt.basis }),
      ...(attempt.vendorId === undefined ? {} : { vendorId: attempt.vendorId }),
      ...(attempt.times === undefined ? {} : { times: attempt.times }),
    })),
  };
}

function parsed(doc: string): Document | undefined {
  try {
    const value = JSON.parse(doc) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
