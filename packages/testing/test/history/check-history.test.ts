/** Each rule of the checker, by a history that breaks it: a checker that cannot fail proves nothing. */
import { describe, expect, it } from 'vitest';

import type { RecordedRow } from '../../src/history/event.ts';
import { settled, since, story, type Story } from './story.ts';

/** A claims with token t1, is told so, and sends. */
function claimed(tale: Story): RecordedRow {
  const row = tale.write('a', 0, [{}], { guard: 1 }).written();
  tale.tell('a', { kind: 'sending', token: 't1', until: Infinity });
  return row;
}

/** A claims, sends, and settles what happened. */
function succeeded(tale: Story): RecordedRow {
  const claim = claimed(tale);
  tale.tell('vendor', { kind: 'effect', token: 't1', vendorId: 'v1' });
  tale.tell('a', { kind: 'verdict', token: 't1', evidence: 'accepted' });
  const row = tale.write('a', 1, [{ ...since(claim), ...settled('accepted'), vendorId: 'v1' }]).written();
  tale.tell('a', { kind: 'told', vendorId: 'v1' });
  return row;
}

function broken(tell: (tale: Story) => void): string[] {
  const tale = story();
  tell(tale);
  return tale.broken();
}

describe('a history that keeps every promise', () => {
  it('of one effect, its replay and its readers', () => {
    const rules = broken((tale) => {
      const row = succeeded(tale);
      tale.read('b').shown(row);
      tale.write('b', 0, [{ token: 't2' }]).conflict(row);
    });
    expect(rules).toEqual([]);
  });

  it('of a claim whose answer was lost and that recognises itself', () => {
    const rules = broken((tale) => {
      const claim = tale.write('a', 0, [{}]).unanswered();
      tale.write('a', 0, [{}]).conflict(claim);
      tale.tell('a', { kind: 'sending', token: 't1', until: Infinity });
    });
    expect(rules).toEqual([]);
  });

  it('of a takeover, a late yes of the first holder, and a rejection that its key explains', () => {
    const rules = broken((tale) => {
      const one = claimed(tale);
      tale.pass(100);
      const two = tale.write('b', 1, [since(one), { token: 't2' }]).written();
      tale.tell('b', { kind: 'sending', token: 't2', until: Infinity });
      tale.tell('b', { kind: 'verdict', token: 't2', evidence: 'rejected', speaksForKey: true });
      const both = [
        { ...since(one), ...settled('rejected', 'key') },
        { token: 't2', ...since(two), ...settled('rejected') },
      ];
      tale.write('b', 2, both).written();
    });
    expect(rules).toEqual([]);
  });

  it('of a pause that a claim under way passes', () => {
    const rules = broken((tale) => {
      const claim = tale.write('a', 0, [{}], { guard: 1 });
      tale.pause('b', 0, 'paused').written();
      claim.written();
    });
    expect(rules).toEqual([]);
  });
});

describe('the register of a slot', () => {
  it.each<[rules: string, tell: (tale: Story) => void]>([
    [
      'written twice, two documents',
      (tale) => void (tale.write('a', 0, [{}]).written(), tale.write('b', 0, [{}]).written()),
    ],
    ['wrong revision, never written', (tale) => void tale.write('a', 0, [{}]).written(undefined, 2)],
    ['conflict without cause', (tale) => tale.write('b', 1, [{}]).conflict(tale.write('a', 0, [{}]).written())],
    [
      'two documents',
      (tale) => {
        const row = tale.write('a', 0, [{}]).written();
        tale.read('b').shown({ ...row, digest: 'other' });
      },
    ],
    [
      'two documents',
      (tale) => {
        const row = tale.write('a', 0, [{}]).written();
        tale.read('b').shown({ ...row, at: row.at + 1 });
      },
    ],
    ['never written', (tale) => tale.read('a').shown({ revision: 1, at: 1, digest: 'nobody' })],
    [
      'never written',
      (tale) => {
        const refused = tale.write('a', 0, [{}], { guard: 1 });
        const row = refused.unanswered();
        refused.epoch(2);
        tale.read('b').shown(row);
      },
    ],
    [
      'never written',
      (tale) => {
        const first = tale.write('a', 0, [{}]).written();
        const third = tale.write('a', 2, [since(first)]).written();
        tale.read('b').shown(third);
      },
    ],
    [
      'never written',
      (tale) => {
        // Shown before its writer began.
        const reading = tale.read('b');
        const early = story().write('a', 0, [{}]).unanswered();
        reading.shown(early);
        tale.write('a', 0, [{}]).written(early.at);
      },
    ],
    [
      'stale',
      (tale) => {
        const first = tale.write('a', 0, [{}]).written();
        tale.write('a', 1, [since(first)]).written();
        tale.read('b').shown(first);
      },
    ],
    [
      'stale',
      (tale) => {
        tale.write('a', 0, [{}]).written();
        tale.read('b').shown();
      },
    ],
    [
      'time went back',
      (tale) => {
        const first = tale.write('a', 0, [{}]).written();
        tale.write('a', 1, [since(first)]).written(first.at - 1);
      },
    ],
    [
      'time went back',
      (tale) => {
        const row = { ...tale.write('a', 0, [{}]).written(9_999_999) };
        tale.events.push({
          process: 'b',
          time: 2e9,
          kind: 'call',
          call: 99,
          command: { op: 'read', slot: 'book:desk:pay' },
        });
        tale.events.push({ process: 'b', time: 3e9, kind: 'answer', call: 99, answer: { kind: 'shown', now: 5, row } });
      },
    ],
  ])('%s', (rules, tell) => {
    expect(broken(tell).join(', ')).toBe(rules);
  });
});

describe('guards', () => {
  it('stored while held: a claim that began after the pause was acknowledged', () => {
    const rules = broken((tale) => {
      tale.pause('b', 0, 'paused').written();
      tale.write('a', 0, [{}], { guard: 1 }).written();
      tale.pause('b', 1, 'running').written();
    });
    expect(rules).toEqual(['stored while held']);
  });

  it('stored while held: also where its own answer was lost, once it is seen', () => {
    const rules = broken((tale) => {
      tale.pause('b', 0, 'cancelled').written();
      const row = tale.write('a', 0, [{}], { guard: 1 }).unanswered();
      tale.read('c').shown(row);
    });
    expect(rules).toEqual(['stored while held']);
  });

  it('stored under an old epoch', () => {
    const rules = broken((tale) => {
      tale.write('b', 0, [{}], { guard: 1 }).epoch(2);
      tale.write('a', 0, [{}], { guard: 1 }).written();
    });
    expect(rules).toEqual(['stored under an old epoch']);
  });
});

describe('sends', () => {
  it.each<[rules: string, tell: (tale: Story) => void]>([
    [
      'sent without a claim',
      (tale) => {
        tale.write('a', 0, [{}]).unanswered();
        tale.tell('a', { kind: 'sending', token: 't1', until: 1_005e6 });
      },
    ],
    [
      'sent without a claim',
      (tale) => {
        const row = tale.write('a', 0, [{}]).written();
        tale.write('b', 0, [{ token: 't2' }]).conflict(row);
        tale.tell('b', { kind: 'sending', token: 't2', until: Infinity });
      },
    ],
    [
      'sent with a lost token',
      (tale) => {
        const claim = tale.write('a', 0, [{}]).written();
        tale.write('b', 1, [since(claim), { token: 't2' }]).written();
        tale.tell('a', { kind: 'sending', token: 't1', until: Infinity });
      },
    ],
    [
      'sent twice',
      (tale) => {
        claimed(tale);
        tale.tell('a', { kind: 'sending', token: 't1', until: Infinity });
      },
    ],
    [
      'sent too late',
      (tale) => {
        tale.write('a', 0, [{}]).written();
        tale.pass(50);
        tale.tell('a', { kind: 'sending', token: 't1', until: Infinity });
      },
    ],
    ['effect without a send', (tale) => tale.tell('vendor', { kind: 'effect', token: 't9', vendorId: 'v9' })],
  ])('%s', (rules, tell) => {
    expect(broken(tell).join(', ')).toBe(rules);
  });
});

describe('evidence', () => {
  it.each<[rules: string, tell: (tale: Story) => void]>([
    ['attempt vanished', (tale) => void (claimed(tale), tale.write('b', 1, []).written())],
    [
      'attempt changed',
      (tale) => {
        const { at } = claimed(tale);
        tale.write('b', 1, [{ claimedAt: at + 1, leaseUntil: at + 100 }]).written();
      },
    ],
    [
      'evidence forgotten',
      (tale) => {
        const claim = claimed(tale);
        tale.tell('a', { kind: 'verdict', token: 't1', evidence: 'rejected' });
        tale.write('a', 1, [{ ...since(claim), ...settled('rejected') }]).written();
        tale.write('b', 2, [since(claim)]).written();
      },
    ],
    ...(['rejected', 'accepted'] as const).map((evidence): [string, (tale: Story) => void] => [
      'doubt vanished',
      (tale) => {
        const claim = claimed(tale);
        tale.tell('a', { kind: 'verdict', token: 't1', evidence: 'unknown' });
        tale.write('a', 1, [{ ...since(claim), ...settled(evidence) }]).written();
      },
    ]),
    [
      'doubt vanished',
      (tale) => {
        const claim = claimed(tale);
        tale.write('a', 1, [{ ...since(claim), ...settled('not_applied') }]).written();
      },
    ],
    [
      'doubt vanished',
      (tale) => {
        // By a person, who decided nothing; and on no basis at all.
        const claim = claimed(tale);
        tale.write('a', 1, [{ ...since(claim), ...settled('not_applied', 'person') }]).written();
      },
    ],
    [
      'doubt vanished',
      (tale) => {
        const claim = claimed(tale);
        tale.write('a', 1, [{ ...since(claim), evidence: 'not_applied' }]).written();
      },
    ],
    [
      'doubt vanished',
      (tale) => {
        // One look is not two.
        const claim = claimed(tale);
        tale.pass(200);
        tale.tell('b', { kind: 'probed', begun: 0, found: [] });
        tale.write('b', 1, [{ ...since(claim), ...settled('not_applied', 'probe') }]).written();
      },
    ],
    [
      'doubt vanished',
      (tale) => {
        // Two looks, before the lease and the landing bound are over.
        const claim = claimed(tale);
        for (let look = 0; look < 2; look += 1) tale.tell('b', { kind: 'probed', begun: 0, found: [] });
        tale.write('b', 1, [{ ...since(claim), ...settled('not_applied', 'probe') }]).written();
      },
    ],
    [
      'doubt vanished',
      (tale) => {
        // The key was answered for in an attempt of another generation.
        const claim = claimed(tale);
        tale.tell('b', { kind: 'verdict', token: 't2', evidence: 'rejected', speaksForKey: true });
        const second = { token: 't2', generation: 2 };
        const two = tale.write('b', 1, [since(claim), second]).written();
        tale
          .write('b', 2, [
            { ...since(claim), ...settled('rejected', 'key') },
            { ...second, ...since(two) },
          ])
          .written();
      },
    ],
  ])('%s', (rules, tell) => {
    expect(broken(tell).join(', ')).toBe(rules);
  });

  it('a look that found it, two that found nothing after the landing bound, and a person end a doubt', () => {
    const found = broken((tale) => {
      const claim = claimed(tale);
      tale.tell('vendor', { kind: 'effect', token: 't1', vendorId: 'v1' });
      tale.tell('b', { kind: 'probed', begun: 0, found: ['v1'] });
      tale.write('b', 1, [{ ...since(claim), ...settled('accepted', 'probe'), vendorId: 'v1' }]).written();
    });
    const absent = broken((tale) => {
      const claim = claimed(tale);
      tale.pass(200);
      for (let look = 0; look < 2; look += 1) tale.tell('b', { kind: 'probed', begun: 0, found: [] });
      tale.write('b', 1, [{ ...since(claim), ...settled('not_applied', 'probe') }]).written();
    });
    const decided = broken((tale) => {
      const claim = claimed(tale);
      const record = { decisions: 1 };
      tale.write('b', 1, [{ ...since(claim), ...settled('not_applied', 'person') }], { record }).written();
    });
    expect([found, absent, decided]).toEqual([[], [], []]);
  });
});

describe('the vendor counts', () => {
  it.each<[rules: string, tell: (tale: Story) => void]>([
    [
      'double effect',
      (tale) => {
        succeeded(tale);
        tale.tell('vendor', { kind: 'effect', token: 't1', vendorId: 'v2' });
      },
    ],
    [
      'denied effect',
      (tale) => {
        const claim = claimed(tale);
        tale.tell('vendor', { kind: 'effect', token: 't1', vendorId: 'v1' });
        tale.tell('a', { kind: 'verdict', token: 't1', evidence: 'not_applied' });
        tale.write('a', 1, [{ ...since(claim), ...settled('not_applied') }]).written();
      },
    ],
    [
      'invented effect',
      (tale) => {
        const claim = claimed(tale);
        tale.tell('a', { kind: 'verdict', token: 't1', evidence: 'accepted' });
        tale.write('a', 1, [{ ...since(claim), ...settled('accepted'), vendorId: 'v1' }]).written();
      },
    ],
    ['told without proof', (tale) => void (succeeded(tale), tale.tell('b', { kind: 'told', vendorId: 'v2' }))],
    [
      'told without proof',
      (tale) => {
        claimed(tale);
        tale.tell('vendor', { kind: 'effect', token: 't1', vendorId: 'v1' });
        tale.tell('a', { kind: 'told', vendorId: 'v1' });
      },
    ],
  ])('%s', (rules, tell) => {
    expect(broken(tell).join(', ')).toBe(rules);
  });
});
