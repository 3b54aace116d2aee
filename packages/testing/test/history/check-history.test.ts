/** Each rule of the checker, by a history that breaks it: a checker that cannot fail proves nothing. */
import { describe, expect, it } from 'vitest';

import { broken, claimed, settled, since, story, succeeded, type Story } from './story.ts';

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
