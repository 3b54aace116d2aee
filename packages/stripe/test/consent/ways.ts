import { setTimeout as sleep } from 'node:timers/promises';

import type { Ask, Desk } from './desk.ts';

/** Something that was done so that the refund could go out unasked. */
export interface Way {
  /** What a caller of the house asks for. */
  readonly ask: Ask;
  /** Whether the whole ledger may have forgotten. */
  readonly suspect?: true;
  /** How many refunds were made before it, by others. */
  readonly made?: number;
  readonly prepare: (desk: Desk) => Promise<unknown>;
}

const always = { version: 1, operations: { 'stripe.refunds.create': true } } as const;
const required: Ask = { effect: { approval: 'required' } };
const byPolicy: Ask = { policy: always };
const escalated = {
  version: 1,
  operations: {
    'stripe.refunds.create': {
      approvers: [{ group: 'finance', count: 1 }],
      remindAfterMs: 1,
      escalateAfterMs: 1,
      to: ['heads'],
    },
  },
};
const four = { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } as const;
const day = 24 * 3_600_000;

async function decide(desk: Desk, ask: Ask, more: object = {}): Promise<void> {
  await desk.with(ask, async (oncely, slot) => {
    const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    return oncely.effects.approve(slot, { by: 'ann', fingerprint, ...more });
  });
}

/** Each leaves a refund behind that a person must approve, and has not. */
export const ways: Readonly<Record<string, Way>> = {
  'nothing but the policy': { ask: byPolicy, prepare: (desk) => desk.call(byPolicy) },
  'nothing but the option': { ask: required, prepare: (desk) => desk.call(required) },
  'a pattern': {
    ask: { policy: { version: 1, operations: { 'stripe.ref*': true } } },
    prepare: (desk) => desk.call({ policy: { version: 1, operations: { 'stripe.ref*': true } } }),
  },
  'an amount that is left out': {
    ask: {
      policy: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 1_000_00 } } } },
      amount: 'all',
    },
    prepare: (desk) =>
      desk.call({
        policy: { version: 1, operations: { 'stripe.refunds.create': { above: { amount: 1_000_00 } } } },
        amount: 'all',
      }),
  },
  'handing in': { ask: required, prepare: (desk) => desk.submit(required) },
  'a suspect ledger, and a death after the first write': {
    ask: required,
    suspect: true,
    prepare: (desk) => desk.call({ ...required, dies: true }),
  },
  'a suspect ledger, and handing in': { ask: required, suspect: true, prepare: (desk) => desk.submit(required) },
  'a suspect ledger, and a policy': {
    ask: byPolicy,
    suspect: true,
    prepare: (desk) => desk.submit({ ...byPolicy, dies: true }),
  },
  'an approval that has expired': {
    ask: { effect: { approval: { ttlMs: 1 } } },
    prepare: async (desk) => {
      await desk.call({ effect: { approval: { ttlMs: 30 } } });
      await decide(desk, {}, { ttlMs: 1 });
      await sleep(5);
    },
  },
  'a question that expired, and was marked': {
    ask: required,
    prepare: async (desk) => {
      await desk.call({ effect: { approval: { ttlMs: 1 } } });
      await sleep(5);
      await desk.with({}, (oncely) => oncely.recover());
    },
  },
  'a question that was escalated, and reminded of': {
    ask: { policy: escalated },
    prepare: async (desk) => {
      await desk.call({ policy: escalated });
      await sleep(5);
      await desk.with({ policy: escalated }, (oncely) => oncely.recover());
    },
  },
  'one of two words, in the hands of another': {
    ask: { policy: four },
    prepare: async (desk) => {
      await desk.call({ policy: four });
      await desk.with({}, async (oncely, slot) => {
        const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
        await oncely.effects.delegate(slot, { by: 'bob', to: 'ann', fingerprint });
        return oncely.effects.approve(slot, { by: 'ann', fingerprint });
      });
    },
  },
  'a decline': {
    ask: required,
    prepare: async (desk) => {
      await desk.call(required);
      await desk.with({}, (oncely, slot) => oncely.effects.decline(slot, { by: 'ann' }));
    },
  },
  'a revocation': {
    ask: required,
    prepare: async (desk) => {
      await desk.call(required);
      await decide(desk, {});
      await desk.with({}, (oncely, slot) => oncely.effects.revoke(slot, { by: 'ann' }));
    },
  },
  'the approval of a smaller one': {
    ask: required,
    prepare: async (desk) => {
      await desk.call({ ...required, amount: 1 });
      await decide(desk, {});
      await desk.call(required);
    },
  },
  'one of two approvals': {
    ask: { policy: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } },
    prepare: async (desk) => {
      await desk.call({ policy: { version: 1, operations: { 'stripe.refunds.create': { approvers: 2 } } } });
      await decide(desk, {});
    },
  },
  'the approval by an older policy': {
    ask: { policy: { ...always, version: 2 } },
    prepare: async (desk) => {
      await desk.call(byPolicy);
      await decide(desk, byPolicy);
      await desk.with({ policy: { ...always, version: 2 } }, (oncely) => oncely.effects.list());
    },
  },
  'what was handed in before there was a policy': {
    ask: byPolicy,
    prepare: async (desk) => {
      await desk.submit({});
      await desk.with(byPolicy, (oncely) => oncely.effects.list());
    },
  },
  'a twin that asks': {
    ask: { twins: { withinMs: day, onTwin: 'approve' } },
    made: 1,
    prepare: async (desk) => {
      const twins = { withinMs: day, onTwin: 'approve' } as const;
      await desk.call({ twins, workflowId: 'chat' });
      await desk.submit({ twins });
    },
  },
};

/** Whether this way is one of a policy, which also holds where there is no effect to ask for. */
export const hasPolicy = ({ ask }: Way): boolean => ask.policy !== undefined;
