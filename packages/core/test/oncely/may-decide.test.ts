import {
  isOncelyError,
  type DecidedOne,
  type DecisionKind,
  type Effect,
  type MayDecide,
  type Shown,
} from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { codeOf, pay } from './pay.ts';
import { desk, openShop, type Shop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
const bob = { by: 'bob', reason: 'because' } as const;

interface Asked {
  readonly decision: DecisionKind;
  readonly effect: Effect;
  readonly asked: object;
}

interface House {
  readonly shop: Shop;
  readonly oncely: TestOncely;
  readonly asked: Asked[];
  /** Whether the next ones may. */
  readonly may: { yes: boolean };
}

function house(judge?: MayDecide): House {
  const shop = openShop();
  const asked: Asked[] = [];
  const may = { yes: false };
  const mayDecide: MayDecide = (actor, effect, decision, more) => {
    asked.push({ decision, effect, asked: more });
    return judge ? judge(actor, effect, decision, more) : may.yes;
  };
  const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.ask': true }, mayDecide } });
  return { shop, oncely, asked, may };
}

const doubtful = async ({ shop, oncely }: House): Promise<void> => {
  shop.vendor.script.push(() => ({ evidence: 'unknown', reason: 'ECONNRESET' }));
  await pay(oncely, 'refund', { amount: 1 }).catch(() => undefined);
  shop.vendor.script.push(() => ({ evidence: 'unknown', reason: 'ECONNRESET' }));
};
const paid = async ({ oncely }: House): Promise<void> => void (await pay(oncely, 'refund', { amount: 1 }));
const waiting = async ({ oncely }: House): Promise<void> => {
  await oncely
    .scope(desk, () => oncely.effect('refund', () => oncely.clients.shop.write('ask', {})))
    .catch(() => undefined);
};
const rejected = async (of: House): Promise<void> => {
  of.shop.vendor.script.push(() => ({
    evidence: 'rejected',
    reason: 'card_declined',
    response: { status: 402, headers: {}, body: '{}' },
  }));
  await paid(of);
};
const paused = async ({ oncely }: House): Promise<void> => void (await oncely.workflows.pause(desk, bob));

const askedOf = async (effects: TestOncely['effects']): Promise<Shown[]> => [
  { key: slot, fingerprint: (await effects.get(slot))?.approval?.fingerprint ?? '' },
];
const thrown = ([one]: readonly DecidedOne[]): unknown => {
  if (one?.error) throw one.error;
  return one?.effect;
};

type Row = readonly [
  decision: DecisionKind,
  before: (of: House) => Promise<void>,
  call: (oncely: TestOncely) => Promise<unknown>,
];

/** Every call by which a person decides, each with what it needs to stand there. */
const deciding: Readonly<Record<string, Row>> = {
  'effects.approve': [
    'approve',
    waiting,
    async ({ effects }) => {
      const fingerprint = (await effects.get(slot))?.approval?.fingerprint ?? '';
      return effects.approve(slot, { ...bob, fingerprint });
    },
  ],
  'effects.delegate': [
    'delegate',
    waiting,
    async ({ effects }) => {
      const fingerprint = (await effects.get(slot))?.approval?.fingerprint ?? '';
      return effects.delegate(slot, { ...bob, fingerprint, to: 'cat' });
    },
  ],
  'effects.approveAll': [
    'approve',
    waiting,
    async ({ effects }) => thrown(await effects.approveAll(await askedOf(effects), bob)),
  ],
  'effects.declineAll': [
    'decline',
    waiting,
    async ({ effects }) => thrown(await effects.declineAll(await askedOf(effects), bob)),
  ],
  'effects.decline': ['decline', waiting, ({ effects }) => effects.decline(slot, bob)],
  'effects.revoke': ['revoke', waiting, ({ effects }) => effects.revoke(slot, bob)],
  'effects.cancel': ['cancel', waiting, ({ effects }) => effects.cancel(slot, bob)],
  'effects.reopen': ['reopen', rejected, ({ effects }) => effects.reopen(slot, bob)],
  'effects.resolve': ['resolve', doubtful, ({ effects }) => effects.resolve(slot, { happened: false }, bob)],
  'effects.probeAgain': ['probe_again', doubtful, ({ effects }) => effects.probeAgain(slot, bob)],
  'effects.compensate': ['compensate', paid, ({ effects }) => effects.compensate(slot, bob)],
  'workflows.resume': [
    'resume',
    paused,
    ({ workflows }) => workflows.resume(desk, { ...bob, grant: { reEntries: 9 } }),
  ],
  'workflows.cancel': ['cancel', paid, ({ workflows }) => workflows.cancel(desk, bob)],
  'workflows.abort': ['abort', paid, ({ workflows }) => workflows.abort(desk, bob)],
};

/** Calls that nobody is asked about, and why. */
const others: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['clients', 'scope', 'effect', 'submit', 'value', 'checkpoint'].map((name) => [name, "the program's own"]),
  ),
  ...Object.fromEntries(['policy', 'audit', 'inspect', 'observed'].map((name) => [name, 'reads, or keeps proofs'])),
  ...Object.fromEntries(
    ['recover', 'prune', 'reseal', 'sweep', 'suspect', 'close'].map((name) => [
      name,
      'upkeep, in which nobody decides',
    ]),
  ),
  'effects.get': 'reads',
  'effects.list': 'reads',
  'effects.history': 'reads',
  'effects.facts': 'reads',
  'effects.complete': 'performs what was decided before, through the gate',
  'workflows.get': 'reads',
  'workflows.state': 'reads',
  'workflows.pause': 'only holds: whoever sees a fire may stop it',
};

describe('whoever decides is judged first', () => {
  it('knows every call of an operator', () => {
    const { oncely } = house();
    const calls = Object.entries(oncely).flatMap(([part, value]) =>
      part === 'effects' || part === 'workflows'
        ? Object.keys(value as object).map((name) => `${part}.${name}`)
        : [part],
    );
    expect(calls.toSorted()).toEqual([...Object.keys(deciding), ...Object.keys(others)].toSorted());
  });

  it.each(Object.entries(deciding))('%s', async (_name, [decision, before, call]) => {
    const of = house();
    const { oncely, asked, shop } = of;
    await before(of);
    const stood = await oncely.effects.get(slot);
    const held = await oncely.workflows.get(desk);
    const { sends } = shop.vendor;
    asked.length = 0;
    const refused = await call(oncely).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('not_allowed');
    expect(isOncelyError(refused) && refused.message).toContain(`bob may not ${decision.replace('_', ' ')}`);
    expect(asked.map((each) => each.decision)).toEqual([decision]);
    expect(await oncely.effects.get(slot)).toEqual(stood);
    expect(await oncely.workflows.get(desk)).toEqual(held);
    expect(shop.vendor.sends).toBe(sends);
  });

  it.each(Object.entries(deciding).filter(([name]) => name.startsWith('effects')))(
    '%s is judged by the record as it stands',
    async (_name, [, before, call]) => {
      const of = house();
      await before(of);
      const stood = await of.oncely.effects.get(slot);
      of.may.yes = true;
      of.asked.length = 0;
      await call(of.oncely).catch(() => undefined);
      expect(of.asked[0]?.effect).toEqual(stood);
    },
  );

  it('is asked anew where another writer was first, and what it refuses then is not done', async () => {
    let rounds = 0;
    const of = house(async (_actor, effect) => {
      rounds += 1;
      if (rounds > 1) return effect.state !== 'succeeded';
      await of.oncely.recover();
      return true;
    });
    const { key } = await of.oncely.scope(desk, () =>
      of.oncely.submit('refund', () => of.oncely.clients.shop.write('pay', { amount: 1 })),
    );
    const refused = await of.oncely.effects.cancel(key, bob).catch(codeOf);
    expect([refused, rounds, of.shop.vendor.sends]).toEqual(['not_allowed', 2, 1]);
  });

  it('tells what is said of a doubt, that it was done by hand, and what a workflow is granted', async () => {
    const of = house();
    const { oncely, asked } = of;
    await paid(of);
    await oncely.effects.compensate(slot, { ...bob, byHand: true }).catch(() => undefined);
    await paused(of);
    await oncely.workflows.resume(desk, { ...bob, grant: { reEntries: 9 } }).catch(() => undefined);
    expect(asked.map((each) => [each.decision, each.effect.operation, each.asked])).toEqual([
      ['compensate', 'shop.pay', { byHand: true }],
      ['resume', 'oncely.workflow', { workflow: { ...desk, state: 'paused', grant: { reEntries: 9 } } }],
    ]);
  });

  it('takes back of an aborted workflow only what the person may take back', async () => {
    const of = house((_actor, effect, decision) => decision === 'abort' || effect.contract.stepId === 'a');
    await pay(of.oncely, 'a', { amount: 1 });
    await pay(of.oncely, 'b', { amount: 2 });
    const { compensated, open } = await of.oncely.workflows.abort(desk, bob);
    expect(compensated.map(({ contract }) => contract.stepId)).toEqual(['a']);
    expect(open).toEqual([{ slot: 'invoice_1:desk:b', reason: expect.stringContaining('bob may not compensate') }]);
    await of.oncely.recover();
    expect(of.shop.vendor.happened.filter(({ operation }) => operation === 'shop.undo')).toHaveLength(1);
  });

  it('asks nobody where no mayDecide is given', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await pay(oncely, 'refund', { amount: 1 });
    expect((await oncely.effects.compensate(slot, bob)).state).toBe('compensated');
    await oncely.workflows.pause(desk, bob);
    await oncely.workflows.resume(desk, bob);
    expect(await oncely.workflows.state(desk)).toBe('running');
  });
});
