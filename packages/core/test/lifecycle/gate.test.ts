import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { ClaimRequest } from '../../src/lifecycle/claim-request.ts';
import {
  absent,
  cannotKnow,
  found,
  inDoubt,
  input,
  keyed,
  keyWindow,
  landing,
  lease,
  limited,
  lost,
  no,
  Slot,
} from './example.ts';
import { randomFrom, type Random } from './model/random.ts';

const oneOf = <T>(random: Random, from: readonly T[]): T => random.pick(from) as T;

const asks = { approval: { ttlMs: 500 } };
const wide = { kind: 'keyed', windowMs: 100_000 } as const;
const refused = { kind: 'refuse', refusal: { code: 'approval_required' } };
const suspect = { suspectSince: 9_000, epoch: 2 };

describe('a question', () => {
  it('stands in the first write of a ledger that may have forgotten', () => {
    const slot = new Slot(wide);
    slot.claim({ ...asks, ...suspect });
    expect(slot.record?.approval?.state).toBe('pending');
    // Who recovers it knows of no consent.
    expect(slot.pass(lease + landing).ask()).toEqual(refused);
  });

  it.each([
    ['in doubt', (): Slot => inDoubt(wide)],
    [
      'being sent',
      (): Slot => {
        const slot = new Slot(wide);
        slot.claim();
        return slot;
      },
    ],
  ])('that is handed in for what is %s is stored, and holds whoever is next', (_state, begin) => {
    const slot = begin();
    expect(slot.claim({ ...asks, submit: true }).kind).toBe('write');
    expect(slot.record?.approval?.state).toBe('pending');
    expect(slot.pass(lease + landing).ask()).toEqual(refused);
  });

  it('of a policy that judged other words holds for the words that would be sent', () => {
    const slot = inDoubt({ kind: 'keyed', windowMs: keyWindow });
    const policy = { version: 1, judged: true } as const;
    slot.pass(lease);
    expect(slot.claim({ fingerprint: input(1, 2), policy }).kind).toBe('write');
    expect(slot.record?.approval).toMatchObject({ state: 'pending', fingerprint: 'm1 w1' });
    expect(slot.record?.policy).toBeUndefined();
  });

  it('says what differs from what was asked before', () => {
    const slot = new Slot(keyed, asks);
    slot.claim();
    slot.claim({ fingerprint: input(2) });
    expect(slot.record?.approval).toMatchObject({ fingerprint: 'm2 w1', changed: ['amount'] });
  });

  it('asks again for as much as before, also where whoever asks knows nothing of it', () => {
    const quorum = [{ group: 'finance', count: 2 }];
    const slot = new Slot(keyed, { approval: { ttlMs: 500, approvers: 2, quorum, notBy: ['bot'] } });
    slot.claim();
    slot.pass(600).claim({ approval: undefined } as never);
    expect(slot.record?.approval).toMatchObject({ state: 'pending', ttlMs: 500, approvers: 2, quorum, notBy: ['bot'] });
    expect(slot.record?.approval?.expiresAt).toBe(slot.at + 500);
  });
});

it('I5: whatever happens to an effect that was asked for once, nobody sends it without consent', () => {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const random = randomFrom(seed);
    const safety = oneOf(random, [
      keyed,
      { kind: 'probed' },
      { kind: 'natural' },
      { kind: 'constrained' },
      { kind: 'unverifiable' },
    ] as const);
    const slot = new Slot(safety);
    // What was sent before anybody asked was sent rightly.
    if (random.chance(0.3)) {
      slot.claim();
      if (random.chance(0.7)) slot.settle('t1', oneOf(random, [lost, limited, no()]));
    }
    while (slot.claim({ ...asks, ...anyone(random), fingerprint: input(1) }).kind === 'wait') slot.pass(50);
    for (let step = 0; step < 14; step += 1) stepOf(slot, random, seed);
  }
});

function stepOf(slot: Slot, random: Random, seed: number): void {
  const asked = slot.record?.approval !== undefined;
  switch (random.below(5)) {
    case 0:
    case 1: {
      const decision = slot.claim({ ...(random.chance(0.3) ? asks : {}), ...anyone(random) });
      if (asked && decision.kind === 'send') throw new Error(`sent without consent: seed ${seed}`);
      break;
    }
    case 2:
      slot.pass(oneOf(random, [1, lease, landing, 600, keyWindow]));
      break;
    case 3:
      if (slot.record && slot.record.attempts.length > 0) slot.probe(oneOf(random, [absent, cannotKnow, found()]));
      break;
    default:
      slot.decide({
        kind: oneOf(random, ['decline', 'revoke', 'cancel', 'reopen', 'did_not_happen', 'probe_again'] as const),
      });
  }
}

function anyone(random: Random): Partial<ClaimRequest> & { version?: number } {
  return {
    fingerprint: input(1 + random.below(2), 1 + random.below(2)),
    onDoubt: oneOf(random, ['stop', 'resend'] as const),
    ...(random.chance(0.2) ? { submit: true as const } : {}),
    ...(random.chance(0.2) ? suspect : {}),
    ...(random.chance(0.1) ? { version: 2 } : {}),
    ...(random.chance(0.1) ? { policy: { version: 1, judged: random.chance(0.5) } } : {}),
  };
}

describe('the ways to a vendor', () => {
  const source = join(import.meta.dirname, '../../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const uses = (pattern: RegExp): Record<string, number> =>
    Object.fromEntries(
      files
        .map((file) => [file, readFileSync(join(source, file), 'utf8').match(pattern)?.length ?? 0] as const)
        .filter(([, times]) => times > 0),
    );

  // Whoever adds one brings it through the gate, adds a row to stripe/test/consent, and then names it here.
  it.each([
    [
      'a permission is made of what passed the gate, and of nothing else',
      /\bpermission\(/g,
      { 'lifecycle/claim.ts': 1, 'lifecycle/gate.ts': 1 },
    ],
    ['only the gate says that something passed', /as Passed\b/g, { 'lifecycle/gate.ts': 1 }],
    ["an attempt with a caller's token is a permission", /token: request\.token\b/g, { 'lifecycle/gate.ts': 1 }],
    [
      'jobs are run by callers and by recovery',
      /\brunner\.run\(|untracked\.run\(/g,
      { 'oncely.ts': 1, 'perform.ts': 1, 'recover.ts': 1 },
    ],
    ['a job is sent in an attempt', /\bjob\.send\(/g, { 'attempt.ts': 1 }],
    ['an attempt is made by the runner', /\bawait attempt\(/g, { 'runner.ts': 1 }],
    ['what is stored is sent for a job', /\bconnection\.resend\(/g, { 'recover.ts': 1 }],
    ["a caller's write is sent for a job", /\bwrite\.send\(/g, { 'job-of.ts': 1 }],
    ['what is unscoped asks first', /\.passThrough\(/g, { 'perform.ts': 1 }],
  ])('%s', (_what, pattern, known) => {
    expect(uses(pattern)).toEqual(known);
  });

  it('what is unscoped asks before it passes', () => {
    const text = readFileSync(join(source, 'perform.ts'), 'utf8');
    expect(text.indexOf('await refuseWithoutConsent(')).toBeGreaterThan(0);
    expect(text.indexOf('await refuseWithoutConsent(')).toBeLessThan(text.indexOf('.passThrough('));
  });
});
