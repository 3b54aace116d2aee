// oxlint-disable unicorn/no-thenable -- what a rule does then is a word, and nobody awaits it
import { isOncelyError, type ApprovalPolicy, type OncelyError } from '@oncely/core';

import { startWorld, type Process, type World } from '../world.ts';

type Rule = Exclude<ApprovalPolicy['operations'][string], true | ((input: never) => boolean)>;
export type From = NonNullable<Rule['mustComeFrom']>;

const operation = 'stripe.refunds.create';
export const ofCharge: From = { paths: ['charge'], then: 'refuse' };
export const policy = (mustComeFrom: From, more: Rule = {}, name = operation) => ({
  version: 1,
  operations: { [name]: { mustComeFrom, ...more } },
});
export const desk = { businessId: 'case_7', workflowId: 'desk' } as const;

export async function open(rule: From = ofCharge, more: Rule = {}) {
  const world = await startWorld();
  world.fake.seedCharge({ id: 'ch_2', amount: 7_000, currency: 'usd' });
  return { ...world, start: () => world.process({ approvals: policy(rule, more) }) };
}

export const sent = ({ fake }: Pick<World, 'fake'>): number => fake.effects('refunds.create').length;

export const refund = ({ oncely, stripe }: Process, params: object, id = 'refund'): Promise<unknown> =>
  oncely.effect(id, () => stripe.refunds.create(params));

export async function errorOf(work: () => unknown): Promise<OncelyError> {
  try {
    await work();
  } catch (error) {
    if (isOncelyError(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
