import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/fingerprint.ts';
import {
  absent,
  cannotKnow,
  inDoubt,
  input,
  keyed,
  landing,
  lease,
  limited,
  lost,
  no,
  Slot,
  start,
  yes,
} from './example.ts';

const result = { kind: 'omitted', reason: 'unknown' } as const;

describe("a person's decision", () => {
  it('is applied once, by its id', () => {
    const slot = inDoubt();
    expect(slot.decide({ id: 'x', kind: 'cancel', reason: 'typo' })).toBeUndefined();
    const { record } = slot;
    expect(slot.decide({ id: 'x', kind: 'cancel' })).toBeUndefined();
    expect(slot.record).toBe(record);
    expect(slot.events.at(-1)).toMatchObject({ type: 'decided', decision: 'cancel', by: 'ops', reason: 'typo' });
  });

  it('waits for an attempt under way', () => {
    const slot = new Slot();
    slot.claim();
    expect(slot.decide({ kind: 'did_not_happen' })).toMatch(/under way/);
    expect(slot.decide({ kind: 'happened', result })).toMatch(/under way/);
    expect(slot.pass(lease).decide({ kind: 'did_not_happen' })).toBeUndefined();
  });

  it('I9: ends a doubt either way', () => {
    const did = inDoubt();
    did.probe(cannotKnow);
    expect(did.decide({ kind: 'happened', vendorId: 're_1', result })).toBeUndefined();
    expect(did.state).toBe('succeeded');
    expect(did.record).toMatchObject({ vendorId: 're_1', attempts: [{ evidence: 'accepted', basis: 'person' }] });
    const didNot = inDoubt();
    didNot.probe(cannotKnow);
    expect(didNot.decide({ kind: 'did_not_happen' })).toBeUndefined();
    expect(didNot.state).toBe('ready');
    expect(didNot.attempt('t1')).toMatchObject({ evidence: 'not_applied', basis: 'person' });
    expect(didNot.claim().kind).toBe('send');
  });

  it('of doubt needs doubt', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', limited);
    for (const kind of ['did_not_happen', 'happened'] as const)
      expect(slot.decide({ kind, result })).toMatch(/nothing is in doubt/);
    expect(slot.decide({ kind: 'probe_again' })).toMatch(/only a stopped/);
    expect(slot.decide({ kind: 'approve' })).toMatch(/nothing waits for approval/);
    expect(slot.decide({ kind: 'decline' })).toMatch(/never asked for approval/);
    expect(slot.decide({ kind: 'reopen' })).toMatch(/only a rejected/);
    expect(slot.decide({ kind: 'compact' })).toMatch(/only a settled/);
  });

  it('to probe again leads back to doubt', () => {
    const slot = inDoubt().pass(landing);
    slot.probe(cannotKnow);
    slot.decide({ kind: 'probe_again' });
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim()).toEqual({ kind: 'probe' });
  });

  it('to cancel during an attempt evicts nobody and erases nothing', () => {
    const slot = new Slot();
    slot.claim();
    slot.decide({ kind: 'cancel' });
    expect(slot.state).toBe('executing');
    expect(slot.settle('t1', yes('re_1'))).toBe('write');
    expect(slot.state).toBe('succeeded');
    expect(slot.decide({ kind: 'cancel' })).toMatch(/happened already/);
  });

  it('I9: cancelled allows no other attempt', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', limited);
    slot.decide({ kind: 'cancel' });
    for (const wait of [0, lease, landing]) {
      expect(slot.pass(wait).claim()).toMatchObject({ refusal: { code: 'cancelled', by: 'ops' } });
      expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ refusal: { code: 'cancelled' } });
    }
  });

  it('to reopen gives a new generation, key and request', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', limited);
    slot.decide({ kind: 'cancel' });
    expect(slot.decide({ kind: 'reopen' })).toBeUndefined();
    expect(slot.state).toBe('ready');
    expect(slot.claim()).toMatchObject({ kind: 'send', generation: 2, request: 'prepare' });
    expect(slot.record?.request).toEqual({ kind: 'plain', body: 'g2' });
  });
});

describe('an approval', () => {
  const asking = (): Slot => {
    const slot = new Slot(keyed, { approval: { ttlMs: 100 } });
    slot.claim();
    return slot;
  };

  it('expires with its request', () => {
    const slot = asking().pass(100);
    expect(slot.decide({ kind: 'approve' })).toMatch(/has expired/);
    expect(slot.claim().kind).toBe('write');
    expect(slot.decide({ kind: 'approve' })).toBeUndefined();
    expect(slot.state).toBe('ready');
    expect(slot.record?.approval).toMatchObject({
      state: 'approved',
      by: 'ops',
      decidedAt: start + 100,
      expiresAt: start + 200,
    });
  });

  it('I5: is of the input that was shown, not of what came since', () => {
    const slot = asking();
    const shown = slot.record?.approval?.fingerprint;
    slot.claim({ fingerprint: input(2) });
    expect(slot.decide({ kind: 'approve', fingerprint: shown })).toMatch(/input has changed/);
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ refusal: { code: 'approval_required' } });
  });

  it.each(['decline', 'revoke'] as const)('%s ends in declined, which a person may open again', (kind) => {
    const slot = asking();
    if (kind === 'revoke') slot.decide({ kind: 'approve' });
    slot.decide({ kind });
    expect(slot.state).toBe('declined');
    expect(slot.claim()).toMatchObject({ refusal: { code: 'declined' } });
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ refusal: { code: 'declined' } });
    expect(slot.decide({ kind: 'approve' })).toMatch(/nothing waits for approval/);
    slot.decide({ kind: 'reopen' });
    expect(slot.claim().kind).toBe('write');
    expect(slot.claim()).toMatchObject({ refusal: { code: 'approval_required' } });
  });

  it('revoked during an attempt stops only the next', () => {
    const slot = asking();
    slot.decide({ kind: 'approve' });
    slot.claim();
    slot.decide({ kind: 'revoke' });
    slot.settle('t2', lost);
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim().kind).toBe('wait');
    slot.pass(landing).probe(absent);
    slot.pass(landing).probe(absent);
    expect(slot.state).toBe('declined');
  });
});

describe('compaction', () => {
  it.each([
    [yes('re_1'), 'succeeded'],
    [no(), 'rejected'],
  ] as const)('keeps the dedupe of %j', (ending, state) => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', ending);
    slot.decide({ kind: 'compact' });
    expect(slot.state).toBe(state);
    expect(slot.record).toMatchObject({ attempts: [], tombstone: { state, at: start }, fingerprint: input(1) });
    expect(slot.record?.result).toBeUndefined();
    expect(slot.claim()).toEqual({ kind: 'replay', drifted: false });
    expect(slot.record?.vendorId).toBe(state === 'succeeded' ? 're_1' : undefined);
  });

  it('is followed by a new generation where it was a no', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', no());
    slot.decide({ kind: 'compact' });
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ kind: 'send', generation: 2 });
  });

  it('does not forget what may still land beside a success', () => {
    const slot = inDoubt(keyed);
    slot.claim();
    slot.settle('t2', yes('re_1'));
    expect(slot.decide({ kind: 'compact' })).toMatch(/on its way/);
    expect(slot.pass(landing).decide({ kind: 'compact' })).toBeUndefined();
  });
});

describe('the audit chain', () => {
  it('hashes each event over the one before, across every kind of change', () => {
    const slot = new Slot(keyed, { approval: { ttlMs: 5_000 } });
    slot.claim();
    slot.decide({ kind: 'approve' });
    slot.claim();
    slot.pass(lease).claim();
    slot.settle('t3', lost);
    slot.probe(cannotKnow);
    slot.decide({ kind: 'did_not_happen' });
    slot.claim();
    slot.settle('t4', no());
    slot.claim({ version: 2 });
    let previous = '';
    for (const [index, doc] of slot.docs.entries()) {
      expect(JSON.parse(doc)).toMatchObject({ sequence: index + 1, previous });
      previous = sha256(doc);
    }
    expect(slot.record?.chain).toEqual({ sequence: slot.docs.length, hash: previous });
    expect(slot.events.map((event) => event.type)).toEqual([
      'approval_asked',
      'decided',
      'taken_over',
      'settled',
      'probed',
      'halted',
      'decided',
      'settled',
      'superseded',
      'approval_asked',
    ]);
  });
});
