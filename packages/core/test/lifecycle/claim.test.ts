import { describe, expect, it } from 'vitest';

import type { EffectRecord } from '../../src/record.ts';
import {
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
  start,
  yes,
  absent,
} from './example.ts';

const refused = (code: string): unknown => ({ kind: 'refuse', refusal: expect.objectContaining({ code }) as unknown });

describe('a first claim', () => {
  it('gives permission, on the clock of the ledger', () => {
    const slot = new Slot();
    expect(slot.claim()).toMatchObject({ kind: 'send', generation: 1, request: 'prepare' });
    expect(slot.state).toBe('executing');
    expect(slot.attempt('t1')).toMatchObject({ claimedAt: start, leaseUntil: start + lease, evidence: 'unknown' });
  });

  it('recognises itself when its answer was lost', () => {
    const slot = new Slot();
    slot.claim();
    expect(slot.ask({ token: 't1' })).toMatchObject({ kind: 'own', attempt: { token: 't1' } });
    slot.pass(lease);
    slot.claim();
    expect(slot.ask({ token: 't1' }).kind).toBe('own');
  });

  it('keeps the others waiting for the one live token until its lease ends', () => {
    const slot = new Slot();
    slot.claim();
    expect(slot.claim()).toEqual({ kind: 'wait', until: start + lease, why: 'executing' });
    expect(slot.pass(lease - 1).claim().kind).toBe('wait');
    expect(slot.pass(1).state).toBe('in_doubt');
  });
});

describe('a claim of what is settled', () => {
  it('replays a success, and a rejection', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', yes('re_1'));
    expect(slot.claim()).toEqual({ kind: 'replay', drifted: false });
    const other = new Slot();
    other.claim();
    other.settle('t1', no());
    expect(other.claim()).toEqual({ kind: 'replay', drifted: false });
  });

  it('replays reworded input after success only where that is wanted', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', yes('re_1'));
    expect(slot.claim({ fingerprint: input(1, 2) })).toEqual({ kind: 'replay', drifted: true });
    expect(slot.claim({ fingerprint: input(1, 2), drift: 'refuse' })).toMatchObject({
      refusal: { code: 'input_changed', fields: ['text'], wordingOnly: true },
    });
    expect(slot.claim({ fingerprint: input(2, 2) })).toMatchObject({
      refusal: { code: 'input_changed', fields: ['amount', 'text'], wordingOnly: false },
    });
  });

  it('takes changed input after a definite no, as a new generation with another key', () => {
    for (const ending of [no(), limited]) {
      const slot = new Slot();
      slot.claim();
      slot.settle('t1', ending);
      expect(slot.claim({ fingerprint: input(2) })).toMatchObject({ kind: 'send', generation: 2, request: 'prepare' });
      expect(slot.record).toMatchObject({ fingerprint: input(2), request: { body: 'g2' } });
    }
  });

  it('waits until the vendor wants to hear from us again', () => {
    const slot = new Slot();
    slot.claim();
    slot.settle('t1', { ...limited, retryAfterMs: 30 });
    expect(slot.claim()).toEqual({ kind: 'wait', until: start + 30, why: 'retry_at' });
    expect(slot.pass(30).claim()).toMatchObject({ kind: 'send', generation: 1, request: 'stored' });
  });

  it('I9: cancelled allows no other attempt, whatever the input and even after compaction', () => {
    for (const ending of [no(), limited]) {
      for (const compacted of [false, true]) {
        const slot = new Slot();
        slot.claim();
        slot.settle('t1', ending);
        if (compacted && ending === limited) continue;
        if (compacted) slot.decide({ kind: 'compact' });
        slot.decide({ kind: 'cancel' });
        expect(slot.state).toBe('cancelled');
        for (const fingerprint of [input(1), input(2)])
          expect(slot.claim({ fingerprint })).toEqual(refused('cancelled'));
      }
    }
  });
});

describe('a claim of what is in doubt', () => {
  it.each([{ kind: 'probed' }, { kind: 'natural' }, { kind: 'constrained' }, { kind: 'unverifiable' }, keyed] as const)(
    'I3: a material change is refused ($kind)',
    (safety) => {
      for (const wait of [0, lease, lease + landing, 5 * keyWindow]) {
        const slot = inDoubt(safety, { onDoubt: 'resend' }).pass(wait);
        expect(slot.claim({ fingerprint: input(2) })).toEqual(refused('input_changed'));
        expect(slot.claim({ fingerprint: input(1, 2), drift: 'refuse' })).toEqual(refused('input_changed'));
      }
    },
  );

  it('keyed: resends the stored bytes while the vendor honours the key for all that may be on its way', () => {
    const slot = inDoubt(keyed);
    const last = keyWindow - lease - landing;
    expect(slot.ask()).toMatchObject({ kind: 'send', generation: 1, request: 'stored' });
    expect(slot.pass(last).ask()).toMatchObject({ kind: 'send', generation: 1, request: 'stored' });
    expect(slot.pass(1).ask()).toEqual({ kind: 'probe' });
  });

  it('keyed: counts the window from the first attempt, not from the last', () => {
    const slot = inDoubt(keyed);
    slot.pass(keyWindow - lease - landing).claim();
    slot.settle('t2', lost);
    expect(slot.pass(1).ask().kind).toBe('wait');
    expect(slot.pass(landing).ask().kind).toBe('probe');
  });

  it('keyed: does not resend under a key that keeps a failure', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.settle('t1', { evidence: 'unknown', reason: '500', keyBurned: true });
    expect(slot.ask()).toEqual({ kind: 'wait', until: start + landing, why: 'landing' });
  });

  it.each([{ kind: 'probed' }, { kind: 'natural' }] as const)(
    '$kind: asks once nothing can land any more',
    (safety) => {
      const slot = inDoubt(safety);
      expect(slot.pass(landing - 1).claim()).toEqual({ kind: 'wait', until: start + landing, why: 'landing' });
      expect(slot.pass(1).claim()).toEqual({ kind: 'probe' });
      const crashed = new Slot(safety);
      crashed.claim();
      expect(crashed.pass(lease).claim()).toEqual({ kind: 'wait', until: start + lease + landing, why: 'landing' });
    },
  );

  it('constrained: asks at once, then performs it again without closing what may still land', () => {
    const slot = inDoubt({ kind: 'constrained' });
    expect(slot.claim()).toEqual({ kind: 'probe' });
    expect(slot.probe(absent)).toBe('write');
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim({ fingerprint: input(2) })).toEqual(refused('input_changed'));
    expect(slot.claim()).toMatchObject({ kind: 'send', generation: 1, request: 'stored' });
    expect(slot.attempt('t1')?.evidence).toBe('unknown');
  });

  it('constrained: after a no it is not performed again, only looked up once nothing can land', () => {
    const slot = inDoubt({ kind: 'constrained' });
    slot.probe(absent);
    slot.claim();
    slot.settle('t2', no());
    expect(slot.state).toBe('in_doubt');
    expect(slot.claim().kind).toBe('wait');
    expect(slot.pass(landing).claim()).toEqual({ kind: 'probe' });
    slot.probe(absent);
    expect(slot.state).toBe('rejected');
    expect(slot.record?.result).toEqual({ kind: 'plain', body: 'declined' });
  });

  it('unverifiable: is sent again only where that was chosen, after the landing bound, and audited', () => {
    const slot = inDoubt({ kind: 'unverifiable' });
    expect(slot.ask({ onDoubt: 'resend' }).kind).toBe('wait');
    slot.pass(landing);
    expect(slot.ask()).toEqual({ kind: 'probe' });
    slot.probe({ kind: 'cannot_know', reason: 'mail' });
    expect(slot.ask()).toEqual(refused('stopped'));
    expect(slot.claim({ onDoubt: 'resend' })).toMatchObject({ kind: 'send' });
    expect(slot.events.map((event) => event.type)).toContain('resend_chosen');
  });

  it('unverifiable, findable: is looked for before a resend that was chosen, each time', () => {
    const slot = inDoubt({ kind: 'unverifiable', findable: true }).pass(landing);
    const unclear = { kind: 'cannot_know', reason: 'not in Sent' } as const;
    expect(slot.ask({ onDoubt: 'resend' })).toEqual({ kind: 'probe' });
    slot.probe(unclear);
    expect(slot.ask()).toEqual(refused('stopped'));
    expect(slot.claim({ onDoubt: 'resend' })).toMatchObject({ kind: 'send' });
    slot.pass(lease + landing);
    expect(slot.ask({ onDoubt: 'resend' })).toEqual({ kind: 'probe' });
    slot.probe({ kind: 'found', matches: [{ vendorId: 'a', result: { kind: 'omitted', reason: 'unknown' } }] });
    expect(slot.ask({ onDoubt: 'resend' }).kind).toBe('replay');
  });

  it('unverifiable: cancelled wins over resend', () => {
    const slot = inDoubt({ kind: 'unverifiable' }).pass(landing);
    slot.decide({ kind: 'cancel' });
    slot.probe({ kind: 'cannot_know', reason: 'mail' });
    expect(slot.claim({ onDoubt: 'resend' })).toEqual(refused('stopped'));
  });

  it.each([keyed, { kind: 'constrained' }] as const)('cancelled: $kind is looked up, not sent', (safety) => {
    const slot = inDoubt(safety);
    slot.decide({ kind: 'cancel' });
    slot.probe(absent);
    expect(slot.claim().kind).toBe('wait');
    expect(slot.pass(landing).claim()).toEqual({ kind: 'probe' });
  });

  it.each([keyed, { kind: 'constrained' }, { kind: 'unverifiable' }] as const)(
    'is looked for and not sent once its attempts are used up: $kind',
    (safety) => {
      const slot = inDoubt(safety);
      slot.record = { ...(slot.record as EffectRecord), allowed: 1 };
      slot.pass(landing).probe(absent);
      for (const ms of [0, landing, landing]) {
        expect(slot.pass(ms).ask({ onDoubt: 'resend' }).kind).not.toBe('send');
      }
      slot.probe(absent);
      slot.pass(landing).probe(absent);
      expect(slot.state).toBe('stopped');
      expect(slot.ask()).toEqual(refused('stopped'));
      expect(slot.decide({ kind: 'reopen' })).toBeUndefined();
      expect(slot.ask().kind).toBe('send');
    },
  );

  it('goes on after a person has said that it did not happen, though its attempts were used up', () => {
    const slot = inDoubt({ kind: 'unverifiable' }).pass(landing);
    slot.record = { ...(slot.record as EffectRecord), allowed: 1 };
    slot.probe({ kind: 'cannot_know', reason: 'mail' });
    expect(slot.ask({ onDoubt: 'resend' })).toEqual(refused('stopped'));
    slot.decide({ kind: 'did_not_happen' });
    expect(slot.ask().kind).toBe('send');
  });

  it('is tried anew by a later logic version, though the attempts of the one before are used up', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.settle('t1', limited);
    slot.record = { ...(slot.record as EffectRecord), allowed: 1 };
    expect(slot.state).toBe('stopped');
    expect(slot.claim({ version: 2 }).kind).toBe('send');
    slot.settle('t2', limited);
    expect(slot.state).toBe('ready');
  });

  it('refuses reworded input where the first request was not kept, for it would go out in its place', () => {
    const slot = new Slot(keyed);
    const decision = slot.ask({ token: 't1' });
    if (decision.kind !== 'send') throw new Error('no permission');
    slot.record = {
      ...(decision.change.draft as NonNullable<Slot['record']>),
      attempts: [],
      request: { kind: 'omitted', reason: 'too_large' },
    };
    slot.claim();
    slot.record = { ...slot.record, request: { kind: 'omitted', reason: 'too_large' } };
    slot.settle('t1', lost);
    expect(slot.ask({ token: 'x', fingerprint: input(1, 2) })).toEqual(refused('input_changed'));
    expect(slot.ask({ token: 'x' })).toMatchObject({ kind: 'send', request: 'prepare' });
  });
});
