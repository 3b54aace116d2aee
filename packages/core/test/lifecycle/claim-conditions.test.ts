import { describe, expect, it } from 'vitest';

import { inDoubt, input, keyed, keyWindow, landing, lease, limited, no, Slot, start, yes } from './example.ts';

const refused = (code: string): unknown => ({ kind: 'refuse', refusal: expect.objectContaining({ code }) as unknown });

describe('a claim that needs approval', () => {
  const policy = { approval: { ttlMs: 500 } };

  it('I5: asks once, and sends only what was approved, while that is fresh', () => {
    const slot = new Slot(keyed, policy);
    expect(slot.claim().kind).toBe('write');
    expect(slot.state).toBe('awaiting_approval');
    expect(slot.claim()).toEqual(refused('approval_required'));
    slot.decide({ kind: 'approve', ttlMs: 50 });
    expect(slot.claim({ fingerprint: input(2) }).kind).toBe('write');
    expect(slot.claim({ fingerprint: input(2) })).toEqual(refused('approval_required'));
    slot.decide({ kind: 'approve', ttlMs: 50 });
    expect(slot.ask({ fingerprint: input(2), token: 'x' }).kind).toBe('send');
    expect(slot.pass(50).ask({ fingerprint: input(2), token: 'x' }).kind).toBe('write');
  });

  it('I5: a takeover needs a fresh approval too', () => {
    const slot = new Slot(keyed, policy);
    slot.claim();
    slot.decide({ kind: 'approve', ttlMs: 50 });
    expect(slot.claim().kind).toBe('send');
    slot.pass(lease);
    expect(slot.claim().kind).toBe('write');
    expect(slot.claim()).toEqual(refused('approval_required'));
    slot.decide({ kind: 'approve' });
    expect(slot.claim()).toMatchObject({ kind: 'send', request: 'stored' });
  });

  it('I5: who does not ask for one is held to it all the same', () => {
    const slot = new Slot(keyed, policy);
    slot.claim();
    expect(slot.claim({ approval: undefined } as never)).toEqual(refused('approval_required'));
    expect(slot.claim({ approval: undefined, fingerprint: input(2) } as never).kind).toBe('write');
    expect(slot.state).toBe('awaiting_approval');
  });

  it.each(['rejected and reopened', 'succeeded and done anew by a newer version'])(
    'I5: an approval is used up by what was %s',
    (how) => {
      const slot = new Slot(keyed, policy);
      slot.claim();
      slot.decide({ kind: 'approve' });
      slot.claim();
      if (how.startsWith('rejected')) {
        slot.settle('t2', no());
        slot.decide({ kind: 'reopen' });
        expect(slot.claim().kind).toBe('write');
      } else {
        slot.settle('t2', yes('re_1'));
        expect(slot.claim({ version: 2 }).kind).toBe('write');
      }
      expect(slot.claim()).toEqual(refused('approval_required'));
    },
  );
});

describe('a claim by another logic version', () => {
  it('is refused when older', () => {
    const slot = new Slot();
    slot.claim({ version: 2 });
    expect(slot.claim({ version: 1 })).toEqual({ kind: 'refuse', refusal: { code: 'outdated_logic', recorded: 2 } });
  });

  it('waits for the older while it runs, is refused while that is in doubt, and follows what is definite', () => {
    const slot = new Slot();
    slot.claim();
    expect(slot.claim({ version: 2 }).kind).toBe('wait');
    slot.pass(lease);
    expect(slot.claim({ version: 2 })).toEqual(refused('in_doubt'));
    slot.settle('t1', yes('re_1'));
    expect(slot.claim({ version: 2, fingerprint: input(2) })).toMatchObject({
      kind: 'send',
      generation: 1,
      request: 'prepare',
    });
    expect(slot.record).toMatchObject({ attempts: [{ logicVersion: 1, evidence: 'accepted' }, { logicVersion: 2 }] });
    expect(slot.record?.vendorId).toBeUndefined();
  });

  it('waits out what may still land beside the success of the older', () => {
    const slot = inDoubt(keyed);
    slot.claim();
    slot.settle('t2', yes('re_1'));
    expect(slot.claim({ version: 2 })).toEqual({ kind: 'wait', until: start + landing, why: 'landing' });
    expect(slot.pass(landing).claim({ version: 2 }).kind).toBe('send');
  });

  it('does not lift a cancel', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', limited);
    slot.decide({ kind: 'cancel' });
    expect(slot.claim({ version: 2 })).toEqual(refused('cancelled'));
  });
});

describe('a claim in a ledger that may have forgotten', () => {
  it('is in doubt, and for one lease more somebody may still send', () => {
    const slot = new Slot({ kind: 'probed' }, { suspectSince: start - 500 });
    expect(slot.claim().kind).toBe('write');
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim()).toEqual({ kind: 'wait', until: start + lease + landing, why: 'landing', look: true });
    expect(slot.pass(lease + landing).claim()).toEqual({ kind: 'probe' });
  });

  it('keyed: is resent while the key is good since the suspicion', () => {
    const slot = new Slot(keyed, { suspectSince: start - 500 });
    slot.claim();
    expect(slot.ask({ token: 'x' })).toMatchObject({ kind: 'send', generation: 1 });
    const older = new Slot(keyed, { suspectSince: start - keyWindow });
    older.claim();
    expect(older.ask({ token: 'x' }).kind).toBe('wait');
  });

  it('keeps no request for what is recorded of a caller with other input', () => {
    const slot = new Slot({ kind: 'probed' }, { epoch: 1 });
    slot.claim();
    slot.settle('t1', no());
    const marked = { suspectSince: start, epoch: 2 };
    expect(slot.claim({ ...marked, fingerprint: input(2) }).kind).toBe('write');
    expect(slot.state).toBe('in_doubt');
    expect(slot.record).toMatchObject({ fingerprint: input(1), request: { kind: 'omitted' } });
    expect(slot.claim({ ...marked, fingerprint: input(2) })).toEqual(refused('input_changed'));
  });
});
