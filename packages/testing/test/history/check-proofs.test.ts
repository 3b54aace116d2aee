/** The rules on sends, evidence and effects, each by a history that breaks it. */
import { describe, expect, it } from 'vitest';

import { broken, claimed, settled, since, succeeded, type Story } from './story.ts';

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
        tale.tell('b', { kind: 'probed', marker: 'm1', begun: 0, found: [] });
        tale.write('b', 1, [{ ...since(claim), ...settled('not_applied', 'probe') }]).written();
      },
    ],
    [
      'doubt vanished',
      (tale) => {
        // Two looks, before the lease and the landing bound are over.
        const claim = claimed(tale);
        for (let look = 0; look < 2; look += 1) tale.tell('b', { kind: 'probed', marker: 'm1', begun: 0, found: [] });
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
      tale.tell('b', { kind: 'probed', marker: 'm1', begun: 0, found: ['v1'] });
      tale.write('b', 1, [{ ...since(claim), ...settled('accepted', 'probe'), vendorId: 'v1' }]).written();
    });
    const absent = broken((tale) => {
      const claim = claimed(tale);
      tale.pass(200);
      for (let look = 0; look < 2; look += 1) tale.tell('b', { kind: 'probed', marker: 'm1', begun: 0, found: [] });
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
    ['told without proof', (tale) => (succeeded(tale), tale.tell('b', { kind: 'told', vendorId: 'v2' }))],
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
