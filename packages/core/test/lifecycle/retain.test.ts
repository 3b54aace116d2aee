import { describe, expect, it } from 'vitest';

import { decideRetention } from '../../src/lifecycle/retain.ts';
import type { EffectRecord } from '../../src/record.ts';
import { inDoubt, keyed, landing, lease, limited, lost, no, Slot, yes, absent, cannotKnow } from './example.ts';

const atOnce = { tombstoneAfterMs: 0, resultForMs: 0 };
const kindOf = (slot: Slot, rule = atOnce): string => decideRetention(slot.record as EffectRecord, rule, slot.at).kind;

describe('retention of one record', () => {
  it('touches nothing that is open, whatever the rule', () => {
    const executing = new Slot();
    executing.claim();
    expect([executing.state, kindOf(executing)]).toEqual(['executing', 'open']);
    executing.pass(lease);
    expect([executing.state, kindOf(executing)]).toEqual(['in_doubt', 'open']);

    const waiting = new Slot(keyed);
    waiting.claim({ approval: { ttlMs: 1_000 } });
    expect([waiting.state, kindOf(waiting)]).toEqual(['awaiting_approval', 'open']);

    const ready = new Slot(keyed);
    ready.claim();
    ready.settle('t1', limited);
    expect([ready.state, kindOf(ready)]).toEqual(['ready', 'open']);

    const stopped = inDoubt({ kind: 'unverifiable' }).pass(lease + landing);
    stopped.probe(cannotKnow);
    expect([stopped.state, kindOf(stopped)]).toEqual(['stopped', 'open']);
  });

  it('waits for the look for two after a resend from "absent"', () => {
    const slot = inDoubt().pass(lease + landing);
    slot.probe(absent);
    slot.pass(landing).probe(absent);
    slot.claim();
    slot.settle('t2', yes('po_1'));
    expect(slot.record?.verifyAt).toBeDefined();
    expect([slot.state, kindOf(slot)]).toEqual(['succeeded', 'open']);
  });

  it('does not forget an attempt that may still be on its way beside what succeeded', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.settle('t1', lost);
    slot.claim();
    slot.settle('t2', yes('po_1'));
    expect([slot.state, kindOf(slot)]).toEqual(['succeeded', 'drop_result']);
    slot.pass(landing);
    expect(kindOf(slot)).toBe('compact');
  });

  it('compacts what is over once, and once more what was opened again since', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.settle('t1', no(true));
    const compact = (): void => {
      const decided = decideRetention(slot.record as EffectRecord, atOnce, slot.at);
      expect(decided.kind).toBe('compact');
      slot.decide({ kind: 'compact', id: `compact:${slot.record?.chain.sequence}` });
      expect(slot.record).toMatchObject({ attempts: [], tombstone: { state: slot.state } });
      expect(kindOf(slot)).toBe('keep');
    };
    compact();
    slot.decide({ kind: 'reopen' });
    expect(kindOf(slot)).toBe('open');
    slot.claim();
    slot.settle('t2', yes('po_1'));
    compact();
  });

  it('says when it is to look again', () => {
    const slot = new Slot(keyed);
    slot.claim();
    slot.settle('t1', yes('po_1'));
    const rule = { resultForMs: 10, tombstoneAfterMs: 30 };
    expect(decideRetention(slot.record as EffectRecord, rule, slot.at)).toEqual({ kind: 'later', at: slot.at + 10 });
    expect(kindOf(slot.pass(10), rule)).toBe('drop_result');
    expect(kindOf(slot.pass(20), rule)).toBe('compact');
    expect(kindOf(slot, {} as typeof atOnce)).toBe('keep');
  });
});
