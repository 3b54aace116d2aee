import fc from 'fast-check';

import type { WorkflowRow } from '../../../src/ledger.ts';

/** One write, in terms of what the slot holds when its turn comes. */
export interface WriteStep {
  readonly slot: string;
  readonly expect: 'right' | 'lower' | 'higher';
  readonly guard: 'none' | 'right' | 'old' | 'unborn';
  readonly state: string;
  readonly due: 'never' | 'now' | 'later';
  /** `repeated`: one that the slot has already, behind a new one; `twice`: the same new one two times. */
  readonly events: 'none' | 'one' | 'two' | 'repeated' | 'twice' | 'gap';
  readonly doc: string;
}

/** What a random sequence is made of. Names are without what keeps one run's apart from another's. */
export type Step =
  | ({ readonly kind: 'write' } & WriteStep)
  /** At once, each in a slot of its own. */
  | { readonly kind: 'burst'; readonly writes: readonly WriteStep[] }
  | { readonly kind: 'read' | 'history'; readonly slot: string }
  | {
      readonly kind: 'list';
      readonly limit: number;
      readonly after?: string;
      readonly workflow?: string;
      readonly state?: string;
      readonly due?: boolean;
    }
  | {
      readonly kind: 'write_workflow';
      readonly workflow: string;
      readonly expect: WriteStep['expect'];
      readonly state: WorkflowRow['state'];
    }
  | { readonly kind: 'read_workflow'; readonly workflow: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'suspect'; readonly since: number | undefined };

// Of one name each, as a tenant, a business and a beginning.
const workflows = ['a:desk', 'a:desk:x', 'a:desk-1', 'b%3A:desk'];
const slots = workflows.flatMap((workflow) => ['pay', 'pay%20', 'Ship'].map((step) => `${workflow}:${step}`));
const states = ['ready', 'executing', 'succeeded'];

const slot = fc.constantFrom(...slots);
const workflow = fc.constantFrom(...workflows);
const expect = fc.oneof(
  { weight: 6, arbitrary: fc.constant('right' as const) },
  { weight: 2, arbitrary: fc.constantFrom('lower' as const, 'higher' as const) },
);

const write: fc.Arbitrary<WriteStep> = fc.record({
  slot,
  expect,
  guard: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('none' as const, 'right' as const) },
    { weight: 1, arbitrary: fc.constantFrom('old' as const, 'unborn' as const) },
  ),
  state: fc.constantFrom(...states),
  due: fc.constantFrom('never', 'now', 'later'),
  events: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('none' as const, 'one' as const, 'two' as const) },
    { weight: 1, arbitrary: fc.constantFrom('repeated' as const, 'twice' as const, 'gap' as const) },
  ),
  doc: fc.oneof(fc.constantFrom('', '{"nul":"\\u0000"}', "' \\ $1 ? {x}", '👩‍👩‍👧 é'), fc.string({ maxLength: 20 })),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: write.map((of): Step => ({ kind: 'write', ...of })) },
  {
    weight: 3,
    arbitrary: fc
      .uniqueArray(write, { minLength: 2, maxLength: slots.length, selector: (of) => of.slot })
      .map((writes): Step => ({ kind: 'burst', writes })),
  },
  { weight: 3, arbitrary: slot.map((of): Step => ({ kind: 'read', slot: of })) },
  { weight: 2, arbitrary: slot.map((of): Step => ({ kind: 'history', slot: of })) },
  {
    weight: 3,
    arbitrary: fc
      .record(
        {
          limit: fc.integer({ min: 1, max: 15 }),
          after: slot,
          workflow,
          state: fc.constantFrom(...states),
          due: fc.boolean(),
        },
        { requiredKeys: ['limit'] },
      )
      .map((of): Step => ({ kind: 'list', ...of })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ workflow, expect, state: fc.constantFrom('running' as const, 'paused' as const, 'cancelled' as const) })
      .map((of): Step => ({ kind: 'write_workflow', ...of })),
  },
  { weight: 1, arbitrary: workflow.map((of): Step => ({ kind: 'read_workflow', workflow: of })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'open' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, 1_000, 2_000).map((since): Step => ({ kind: 'suspect', since })),
  },
);

export const sequence: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 10, maxLength: 40, size: 'max' });
