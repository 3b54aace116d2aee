import { describe, expect, it } from 'vitest';

import { mergeEvidence } from '../../src/lifecycle/settle.ts';
import type { Evidence } from '../../src/record.ts';
import {
  absent,
  found,
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

const all: readonly Evidence[] = ['unknown', 'not_applied', 'rejected', 'accepted'];

describe('mergeEvidence', () => {
  it('takes anything for unknown, and nothing but accepted for the rest', () => {
    for (const before of all) {
      for (const reported of all) {
        const merged = mergeEvidence(before, reported);
        if (before === 'unknown' || reported === 'accepted') expect(merged).toBe(reported);
        else expect(merged).toBe(before);
      }
    }
  });

  it('is absorbed by accepted, keeps itself, and depends on the order only between two different nos', () => {
    for (const a of all) {
      expect(mergeEvidence(a, a)).toBe(a);
      expect(mergeEvidence(a, 'accepted')).toBe('accepted');
      expect(mergeEvidence('accepted', a)).toBe('accepted');
      expect(mergeEvidence(a, 'unknown')).toBe(a);
      for (const b of all) {
        const twoNos = a !== b && [a, b].every((each) => each === 'not_applied' || each === 'rejected');
        expect(mergeEvidence(a, b) === mergeEvidence(b, a)).toBe(!twoNos);
        for (const c of all) expect(mergeEvidence(mergeEvidence(a, b), c)).toBe(mergeEvidence(a, mergeEvidence(b, c)));
      }
    }
  });
});

describe('a settle', () => {
  it.each([
    [yes('re_1'), 'succeeded'],
    [no(), 'rejected'],
    [limited, 'ready'],
    [lost, 'in_doubt'],
  ] as const)('with %j ends in %s, once', (ending, state) => {
    const slot = new Slot();
    slot.claim();
    expect(slot.settle('t1', ending)).toBe('write');
    expect(slot.state).toBe(state);
    const { record } = slot;
    expect(slot.settle('t1', ending)).toBe('unchanged');
    expect(slot.record).toBe(record);
    expect(slot.events.map((event) => event.type)).toEqual(['settled']);
  });

  it('drops the stored request with the outcome, and keeps it while the effect is open', () => {
    for (const [ending, kept] of [
      [yes(), false],
      [no(), false],
      [limited, true],
      [lost, true],
    ] as const) {
      const slot = new Slot();
      slot.claim();
      slot.settle('t1', ending);
      expect(slot.record?.request !== undefined).toBe(kept);
    }
  });

  it('merges an accepted that comes late, whatever was believed meanwhile', () => {
    const slot = new Slot();
    slot.claim();
    slot.pass(lease + landing);
    slot.probe(absent);
    slot.pass(landing);
    slot.probe(absent);
    expect(slot.state).toBe('ready');
    slot.decide({ kind: 'cancel' });
    expect(slot.settle('t1', yes('re_1'))).toBe('write');
    expect(slot.state).toBe('succeeded');
    expect(slot.record).toMatchObject({ vendorId: 're_1', attempts: [{ evidence: 'accepted', basis: 'answer' }] });
  });

  it('merges a late accepted under the hands of a newer holder', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.pass(lease).claim();
    expect(slot.settle('t1', yes('re_1'))).toBe('write');
    expect(slot.state).toBe('succeeded');
    expect(slot.settle('t2', yes('re_1'))).toBe('write');
    expect(slot.record?.divergence).toBeUndefined();
  });

  it('raises the alarm when two attempts have proof of two effects', () => {
    const slot = new Slot({ kind: 'unverifiable' }, { onDoubt: 'resend' });
    slot.claim();
    slot.pass(lease + landing).claim();
    slot.settle('t2', yes('b'));
    slot.settle('t1', yes('a'));
    expect(slot.record?.divergence?.vendorIds).toEqual(['a', 'b']);
    expect(slot.record).toMatchObject({ vendorId: 'b', result: { body: 'result b' } });
    expect(slot.events.at(-1)).toMatchObject({ type: 'diverged', vendorIds: ['a', 'b'] });
  });

  it('a 429 on the second attempt does not clear the doubt of the first', () => {
    const slot = inDoubt(keyed);
    slot.claim();
    slot.settle('t2', limited);
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ refusal: { code: 'input_changed' } });
  });

  it('keyed: a no for the key speaks for all attempts under it', () => {
    const slot = inDoubt(keyed);
    slot.claim();
    slot.settle('t2', no(true));
    expect(slot.state).toBe('rejected');
    expect(slot.attempt('t1')).toMatchObject({ evidence: 'rejected', basis: 'key' });
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ kind: 'send', generation: 2 });
  });

  it('keyed: a no of now that stands under the key says what all attempts under it came to, and leaves it ready', () => {
    const now = { evidence: 'not_applied', reason: 'balance_insufficient', keyBurned: true } as const;
    const slot = inDoubt(keyed);
    slot.claim();
    slot.settle('t2', { ...now, speaksForKey: true });
    expect(slot.attempt('t1')).toMatchObject({ evidence: 'not_applied', basis: 'key' });
    expect(slot.state).toBe('ready');
    expect(slot.pass(lease).claim()).toMatchObject({ kind: 'send', generation: 2 });
    const other = inDoubt(keyed);
    other.claim();
    other.settle('t2', { ...now, speaksForKey: false });
    expect(other.state).toBe('in_doubt');
  });

  it('keyed: a no for the request speaks for no other, and once they cannot land any more they are looked up', () => {
    const early = inDoubt(keyed);
    early.claim();
    early.settle('t2', no());
    expect(early.state).toBe('in_doubt');
    expect(early.claim()).toEqual({ kind: 'wait', until: start + landing, why: 'retry_at' });
    const late = inDoubt(keyed).pass(landing);
    late.claim();
    late.settle('t2', no());
    expect(late.state).toBe('in_doubt');
    // Sent again it would only hear the same; with another account's key, even while it has happened.
    expect(late.claim()).toEqual({ kind: 'probe' });
  });

  it.each([{ kind: 'probed' }, { kind: 'unverifiable' }, { kind: 'natural' }] as const)(
    '$kind: a no speaks for itself only',
    (safety) => {
      const slot = new Slot(safety, { onDoubt: 'resend' });
      slot.claim();
      slot.settle('t1', lost);
      slot.pass(landing);
      if (safety.kind !== 'unverifiable') return;
      slot.claim();
      slot.settle('t2', no(true));
      expect(slot.attempt('t1')?.evidence).toBe('unknown');
      expect(slot.state).toBe('in_doubt');
    },
  );

  it('is rejected in whatever order the reports come, with the result to replay', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.pass(lease).claim();
    slot.settle('t2', limited);
    slot.settle('t1', no());
    expect(slot.state).toBe('rejected');
    expect(slot.claim()).toEqual({ kind: 'replay', drifted: false });
    const other = inDoubt({ kind: 'unverifiable' }, { onDoubt: 'resend' }).pass(landing);
    other.claim();
    other.settle('t2', no());
    expect(other.state).toBe('in_doubt');
    other.decide({ kind: 'did_not_happen' });
    expect(other.state).toBe('rejected');
    expect(other.record?.result).toEqual({ kind: 'plain', body: 'declined' });
  });
});

describe('a settle of an earlier logic version', () => {
  function superseded(): Slot {
    const slot = new Slot(keyed);
    slot.claim();
    slot.settle('t1', lost);
    slot.claim();
    slot.settle('t2', yes('v1_a'));
    slot.pass(landing).claim({ version: 2 });
    return slot;
  }

  it.each([no(), limited, lost])('with %j says nothing of the newer one', (ending) => {
    const slot = superseded();
    slot.settle('t3', limited);
    slot.settle('t1', ending);
    expect(slot.state).toBe('ready');
    expect(slot.record?.request).toBeDefined();
    expect(slot.record?.result).toBeUndefined();
  });

  it('accepted after all raises the alarm and lifts no cancel of the newer one', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', limited);
    slot.claim({ version: 2 });
    slot.settle('t2', limited);
    slot.decide({ kind: 'cancel' });
    expect(slot.settle('t1', yes('v1_a'))).toBe('write');
    expect(slot.state).toBe('cancelled');
    expect(slot.record?.divergence?.vendorIds).toEqual(['v1_a']);
    expect(slot.record?.noMoreAttempts).toMatchObject({ why: 'cancelled' });
  });

  it('does not hide a double of the newer one', () => {
    const slot = superseded();
    slot.pass(lease).claim();
    slot.settle('t3', yes('v2_a'));
    slot.settle('t4', yes('v2_b'));
    expect(slot.record?.divergence?.vendorIds).toEqual(['v2_a', 'v2_b']);
  });
});

describe('an answer beside what is recorded', () => {
  it('other than what a probe found raises the alarm', () => {
    const slot = inDoubt().pass(landing);
    slot.probe(found('a'));
    expect(slot.settle('t1', yes('a'))).toBe('unchanged');
    expect(slot.settle('t1', yes('b'))).toBe('write');
    expect(slot.record?.divergence?.vendorIds).toEqual(['a', 'b']);
    expect(slot.settle('t1', yes('b'))).toBe('unchanged');
    slot.settle('t1', yes('c'));
    expect(slot.record?.divergence?.vendorIds).toEqual(['a', 'b', 'c']);
  });

  it("gives the id that a person did not know, and the result that is better than a person's word", () => {
    const slot = inDoubt();
    slot.decide({ kind: 'happened', result: { kind: 'omitted', reason: 'unknown' } });
    expect(slot.settle('t1', yes('re_1'))).toBe('write');
    expect(slot.record).toMatchObject({
      vendorId: 're_1',
      result: { body: 'result re_1' },
      attempts: [{ basis: 'answer' }],
    });
    expect(slot.record?.divergence).toBeUndefined();
  });

  it('is known after compaction by its vendor id', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', yes('re_1'));
    slot.decide({ kind: 'compact' });
    expect(slot.settle('t1', yes('re_1'))).toBe('unchanged');
    expect(slot.settle('t1', yes())).toBe('unchanged');
    expect(slot.settle('t1', no())).toBe('unchanged');
    expect(slot.settle('t1', yes('re_2'))).toBe('write');
    expect(slot.record?.divergence?.vendorIds).toEqual(['re_1', 're_2']);
  });

  it('closes what was compacted as a no, so that it is not opened again', () => {
    const slot = inDoubt();
    slot.decide({ kind: 'did_not_happen' });
    slot.decide({ kind: 'cancel' });
    slot.decide({ kind: 'compact' });
    expect(slot.settle('t1', yes('re_1'))).toBe('write');
    expect(slot.settle('t1', yes('re_1'))).toBe('unchanged');
    expect(slot.state).toBe('succeeded');
    expect(slot.record).toMatchObject({ vendorId: 're_1', divergence: { vendorIds: ['re_1'] } });
    expect(slot.decide({ kind: 'reopen' })).toMatch(/only a rejected/);
    // As where it comes before compaction: a cancel of what happened has nothing more to hold.
    expect(slot.record?.noMoreAttempts).toBeUndefined();
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ refusal: { code: 'input_changed' } });
  });
});
