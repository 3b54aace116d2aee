import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeRecord, encodeRecord, resolveTimes, type Attempt, type Draft, type Stamp } from '../src/record.ts';

const stamps: fc.Arbitrary<Stamp> = fc.oneof(fc.nat(), fc.record({ after: fc.nat() }));
const by = fc.string();

const attempts: fc.Arbitrary<Attempt<Stamp>> = fc.record(
  {
    token: fc.string(),
    logicVersion: fc.nat(),
    generation: fc.nat(),
    holder: fc.string(),
    claimedAt: stamps,
    leaseUntil: stamps,
    evidence: fc.constantFrom('unknown', 'not_applied', 'rejected', 'accepted'),
    settledAt: stamps,
    basis: fc.constantFrom('answer', 'key', 'probe', 'person', 'lost_ledger'),
    reason: fc.string(),
    keyBurned: fc.boolean(),
  },
  { requiredKeys: ['token', 'logicVersion', 'generation', 'holder', 'claimedAt', 'leaseUntil', 'evidence'] },
) as fc.Arbitrary<Attempt<Stamp>>;

/** Every field of a record that holds a time, present or not. */
const drafts: fc.Arbitrary<Draft> = fc
  .record(
    {
      createdAt: stamps,
      attempts: fc.array(attempts, { maxLength: 3 }),
      absences: fc.array(stamps, { maxLength: 3 }),
      retryAt: stamps,
      verifyAt: stamps,
      halt: fc.record({ at: stamps, reason: by }),
      noMoreAttempts: fc.record({ at: stamps, why: fc.constantFrom('cancelled', 'declined'), by }),
      divergence: fc.record({ at: stamps, vendorIds: fc.array(fc.string(), { maxLength: 2 }) }),
      tombstone: fc.record({ at: stamps, state: fc.constant('succeeded') }),
      approval: fc.record(
        {
          state: fc.constant('approved'),
          fingerprint: by,
          requestedAt: stamps,
          expiresAt: stamps,
          decidedAt: stamps,
          by,
        },
        { requiredKeys: ['state', 'fingerprint', 'requestedAt'] },
      ),
      request: fc.record({ kind: fc.constant('plain'), body: fc.string({ unit: 'binary' }) }),
    },
    { requiredKeys: ['createdAt', 'attempts', 'absences'] },
  )
  .map((times) => ({
    format: 1,
    contract: { businessId: 'b', workflowId: 'w', stepId: 's', logicVersion: 1 },
    client: 'c',
    account: '',
    operation: 'o',
    safety: { kind: 'probed' },
    landingBoundMs: 1,
    generation: 1,
    fingerprint: { version: 1, full: 'f', material: 'm', fields: {} },
    decisions: [],
    chain: { sequence: 0, hash: '' },
    ...times,
  })) as fc.Arbitrary<Draft>;

/** What resolving means, said of any value: whatever is `{ after }` is a time. */
function resolved(value: unknown, at: number): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, at));
  if (typeof value !== 'object' || value === null) return value;
  if (Object.keys(value).join() === 'after') return at + (value as { after: number }).after;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolved(item, at)]));
}

describe('a stored record', () => {
  it("has all its new times on the ledger's clock, and every other field as it was", () => {
    fc.assert(
      fc.property(drafts, fc.nat(), (draft, at) => {
        const record = resolveTimes(draft, at);
        expect(record).toEqual(resolved(draft, at));
        expect(decodeRecord(encodeRecord(draft), at)).toEqual(record);
      }),
      { numRuns: 500 },
    );
  });

  it('does not move when it is read and written again later', () => {
    fc.assert(
      fc.property(drafts, fc.nat(), fc.nat(), (draft, at, later) => {
        const record = resolveTimes(draft, at);
        expect(decodeRecord(encodeRecord(record), later)).toEqual(record);
      }),
      { numRuns: 200 },
    );
  });
});
