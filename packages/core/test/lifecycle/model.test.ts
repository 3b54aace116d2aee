import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Kind, Setup } from './model/terms.ts';
import { walk } from './model/walk.ts';

const kinds: readonly Kind[] = ['keyed', 'probed', 'natural', 'constrained', 'unverifiable'];
const walksPerKind = 4_500;

/** What the walks must have met, or they prove less than they seem to. */
const places = [
  ...['send', 'probe', 'wait', 'replay'].map((kind) => `claim ${kind}`),
  ...['input_changed', 'outdated_logic', 'approval_required', 'declined', 'cancelled', 'in_doubt', 'stopped'].map(
    (code) => `refuse ${code}`,
  ),
  ...['approve', 'decline', 'revoke', 'cancel', 'reopen', 'happened', 'did_not_happen', 'probe_again', 'compact'].map(
    (kind) => `${kind} write`,
  ),
  ...['taken_over', 'probed', 'halted', 'resend_chosen', 'superseded', 'approval_asked', 'diverged'].map(
    (type) => `event ${type}`,
  ),
  ...['done', 'rejected', 'refused', 'broken'].map((kind) => `answer ${kind}`),
  ...['late', 'after compaction', 'after supersede'].map((when) => `accepted ${when}`),
  'takeover',
  'early find',
  'forgotten',
  'restored',
];

function setups(kind: Kind): fc.Arbitrary<Setup> {
  return fc.record({
    kind: fc.constant(kind),
    policy: fc.constantFrom('none', 'none', 'some', 'all'),
    resend: fc.boolean(),
    liars: fc.boolean(),
    forgetful: fc.boolean(),
    omitted: fc.boolean(),
    tape: fc.array(fc.nat(), { minLength: 1, maxLength: 140, size: 'max' }),
  });
}

describe('the lifecycle against the truth at the vendor', () => {
  const met = new Map<string, number>();
  let transitions = 0;

  it.each(kinds)(
    'I1 I3 I4 I5 I9: %s effects keep every promise whatever their actors do',
    { timeout: 60_000 },
    (kind) => {
      fc.assert(
        fc.property(setups(kind), (setup) => {
          transitions += walk(setup, met);
        }),
        { numRuns: walksPerKind },
      );
    },
  );

  // Found by a walk: under the next generation's key, what was forgotten under this one would happen once more.
  it('I1: nothing is opened again in a ledger that may have forgotten that it was sent', () => {
    const tape = [1301123477, 928258010, 2018442474, 1937689444, 0, 1514856522, 1320715500, 873774713, 2015245349, 0];
    const setup = { policy: 'some', resend: false, liars: false, forgetful: true, omitted: false, tape } as const;
    for (const kind of kinds) expect(walk({ ...setup, kind }, met)).toBeGreaterThan(0);
  });

  it('has walked everywhere', () => {
    expect(places.filter((place) => !met.has(place))).toEqual([]);
    expect(transitions).toBeGreaterThan(100_000);
  });
});
