import { describe, expect, it } from 'vitest';

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
  Slot,
  start,
  yes,
} from './example.ts';

describe('a probe that finds it', () => {
  it('is evidence at any time, also of what is stopped or cancelled', () => {
    for (const before of [[], ['halt'], ['cancel']]) {
      const slot = inDoubt();
      if (before.includes('halt')) slot.probe(cannotKnow);
      if (before.includes('cancel')) slot.decide({ kind: 'cancel' });
      expect(slot.probe(found('re_1'))).toBe('write');
      expect(slot.state).toBe('succeeded');
      expect(slot.record).toMatchObject({
        vendorId: 're_1',
        result: { body: 'found re_1' },
        attempts: [{ evidence: 'accepted', basis: 'probe' }],
      });
      expect(slot.record?.request).toBeUndefined();
      expect(slot.record?.halt).toBeUndefined();
    }
  });

  it('twice raises the alarm', () => {
    const slot = inDoubt();
    slot.probe(found('a', 'b'));
    expect(slot.state).toBe('succeeded');
    expect(slot.record?.divergence?.vendorIds).toEqual(['a', 'b']);
    expect(slot.events.at(-1)).toMatchObject({ type: 'diverged' });
  });

  it('says nothing to an attempt that is under way', () => {
    const slot = new Slot();
    slot.claim();
    expect(slot.probe(found('re_1'))).toBe('unchanged');
    expect(slot.state).toBe('executing');
  });
});

describe('a probe that finds what was refused', () => {
  const refused = { kind: 'refused', reason: 'declined', vendorIds: ['pi_1'] } as const;
  const lostTwice = (slot: Slot): Slot => {
    slot.claim();
    slot.settle('t1', lost);
    slot.pass(landing).claim();
    slot.settle('t2', lost);
    expect(slot.record?.attempts).toHaveLength(2);
    return slot.pass(landing);
  };

  it('ends the doubt as a no, at once', () => {
    const slot = inDoubt();
    expect(slot.probe(refused)).toBe('write');
    expect(slot.state).toBe('rejected');
    expect(slot.attempt('t1')).toMatchObject({ evidence: 'rejected', basis: 'probe', reason: 'declined' });
  });

  it('speaks for both attempts under one key, and for one of two without', () => {
    const one = lostTwice(new Slot(keyed));
    one.probe(refused);
    expect(one.state).toBe('rejected');
    const two = lostTwice(new Slot({ kind: 'unverifiable' }, { onDoubt: 'resend' }));
    two.probe(refused);
    expect(two.state).toBe('in_doubt');
    two.probe({ ...refused, vendorIds: ['pi_1', 'pi_2'] });
    expect(two.state).toBe('rejected');
  });
});

describe('a probe that finds nothing', () => {
  it('is believed after the landing bound, and the second time', () => {
    const slot = inDoubt();
    expect(slot.pass(landing - 1).probe(absent)).toBe('unchanged');
    expect(slot.pass(1).probe(absent)).toBe('write');
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim()).toEqual({ kind: 'wait', until: start + landing + landing / 2, why: 'landing' });
    expect(slot.pass(landing / 2).claim()).toEqual({ kind: 'probe' });
    expect(slot.probe(absent)).toBe('write');
    expect(slot.state).toBe('ready');
    expect(slot.attempt('t1')).toMatchObject({ evidence: 'not_applied', basis: 'probe' });
    expect(slot.claim().kind).toBe('send');
  });

  it('counts once where two looked at the same time', () => {
    const slot = inDoubt().pass(landing);
    expect(slot.probe(absent)).toBe('write');
    expect(slot.probe(absent)).toBe('unchanged');
    expect(slot.pass(landing).probe(absent, { at: start + landing })).toBe('unchanged');
    expect(slot.state).toBe('in_doubt');
  });

  it('says nothing of an attempt made since it began, nor of what could land after it began', () => {
    const slot = inDoubt(keyed);
    slot.claim();
    slot.settle('t2', lost);
    slot.pass(landing);
    expect(slot.probe(absent, { attempts: 1 })).toBe('unchanged');
    expect(slot.probe(absent, { at: slot.at - 1 })).toBe('unchanged');
    expect(slot.probe(absent)).toBe('write');
  });

  it('natural: is believed at once, the landing bound being over', () => {
    const slot = inDoubt({ kind: 'natural' }).pass(landing);
    slot.probe(absent);
    expect(slot.state).toBe('ready');
  });

  it('keyed: gives up the key whose window is over', () => {
    const slot = inDoubt(keyed).pass(keyWindow);
    slot.probe(absent);
    slot.pass(landing).probe(absent);
    expect(slot.claim()).toMatchObject({ kind: 'send', generation: 2, request: 'prepare' });
  });

  it('leaves what is cancelled cancelled', () => {
    const slot = inDoubt().pass(landing);
    slot.decide({ kind: 'cancel' });
    slot.probe(absent);
    slot.pass(landing).probe(absent);
    expect(slot.state).toBe('cancelled');
  });

  it('makes what was found absent come due, for it is to be finished', () => {
    const slot = inDoubt({ kind: 'natural' }).pass(landing);
    slot.probe(absent);
    expect(slot.index).toMatchObject({ state: 'ready', dueAfterMs: 0 });
  });
});

describe('the look for two after a resend from "absent"', () => {
  function resent(): Slot {
    const slot = inDoubt({ kind: 'natural' }).pass(landing);
    slot.probe(absent);
    slot.claim();
    slot.settle('t2', yes('a'));
    return slot;
  }

  it('comes due once what was on its way must have landed, and is over after one probe', () => {
    const slot = resent();
    expect(slot.record?.verifyAt).toBe(start + 2 * landing);
    expect(slot.index).toMatchObject({ state: 'succeeded', dueAfterMs: landing });
    expect(slot.pass(landing).probe(found('a'))).toBe('write');
    expect(slot.record?.verifyAt).toBeUndefined();
    expect(slot.record?.divergence).toBeUndefined();
    expect(slot.probe(found('a', 'b'))).toBe('unchanged');
  });

  it('is not done by a look that began before', () => {
    const slot = resent();
    expect(slot.probe(absent)).toBe('unchanged');
    expect(slot.probe(cannotKnow)).toBe('unchanged');
    expect(slot.pass(landing).probe(found('a'), { at: start + landing })).toBe('unchanged');
    expect(slot.record?.verifyAt).toBe(start + 2 * landing);
    expect(slot.probe(found('a', 'b'), { at: start + landing })).toBe('write');
    expect(slot.record?.divergence?.vendorIds).toEqual(['a', 'b']);
  });

  it('comes before a newer logic version', () => {
    const slot = resent();
    expect(slot.claim({ version: 2 })).toMatchObject({ kind: 'wait', until: start + 2 * landing });
    expect(slot.pass(landing).claim({ version: 2 })).toMatchObject({ kind: 'probe' });
    slot.probe(found('a'));
    expect(slot.claim({ version: 2 })).toMatchObject({ kind: 'send' });
  });

  it('comes too where a ledger forgot and what was lost was found before its lease was over', () => {
    const slot = new Slot({ kind: 'probed' }, { suspectSince: start - 500 });
    slot.claim();
    slot.pass(1).probe(found('m_1'));
    expect([slot.state, slot.index?.dueAfterMs]).toEqual(['succeeded', lease + landing - 1]);
    // Whoever was about to send when the ledger forgot has done so.
    expect(slot.pass(lease + landing).probe(found('m_1', 'm_2'))).toBe('write');
    expect(slot.record?.divergence?.vendorIds).toEqual(['m_1', 'm_2']);
  });

  it('raises the alarm for two, and keeps the ids it knew', () => {
    const slot = resent();
    slot.probe(found('a', 'b'));
    slot.settle('t1', yes('c'));
    expect(slot.record?.divergence?.vendorIds.toSorted()).toEqual(['a', 'b', 'c']);
    expect(slot.state).toBe('succeeded');
  });

  it('must come before compaction', () => {
    const slot = resent();
    expect(slot.decide({ kind: 'compact' })).toMatch(/one more probe/);
    slot.pass(landing).probe(absent);
    expect(slot.decide({ kind: 'compact' })).toBeUndefined();
  });
});

describe('a probe that cannot know', () => {
  it('stops the effect for a person, once', () => {
    const slot = inDoubt();
    expect(slot.probe(cannotKnow)).toBe('write');
    expect(slot.state).toBe('stopped');
    expect(slot.probe(cannotKnow)).toBe('unchanged');
    expect(slot.claim()).toMatchObject({ refusal: { code: 'stopped', reason: 'history too short' } });
    expect(slot.pass(1_000 * lease).state).toBe('stopped');
    expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ refusal: { code: 'input_changed' } });
    expect(slot.index?.dueAfterMs).toBeUndefined();
  });

  it('changes nothing of what is settled', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', limited);
    expect(slot.probe(cannotKnow)).toBe('unchanged');
    expect(slot.probe(found('a'))).toBe('unchanged');
    expect(slot.state).toBe('ready');
  });
});
