import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { contractProblem, effectKeyOf, slotOf, workflowKeyOf, type Contract } from '../src/contract.ts';

const contract: Contract = {
  businessId: 'invoice_98342',
  workflowId: 'agent_4',
  stepId: 'checkfraud',
  logicVersion: 3,
};

// Few letters and every separator, so that two drawn contracts are often nearly the same.
const part = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'v', 'g', '1', '2', ':', '%', '3A', '/', ' ', '=', '?', 'é', '😀'),
    minLength: 1,
    maxLength: 4,
  }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((text) => text.isWellFormed()),
  fc.constantFrom('v1', 'v2', 'g2', 'a:v1', 'a%3Av1', 'undefined', 'null'),
);
const contracts: fc.Arbitrary<Contract> = fc
  .record({
    tenant: fc.option(part, { nil: undefined }),
    businessId: part,
    workflowId: part,
    stepId: part,
    logicVersion: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ tenant, ...rest }) => (tenant === undefined ? rest : { tenant, ...rest }));
const generations = fc.integer({ min: 1, max: 3 });

const identity = ({ tenant, businessId, workflowId, stepId }: Contract): string =>
  JSON.stringify([tenant ?? null, businessId, workflowId, stepId]);

describe('keys of a contract', () => {
  it('writes the example of the specification', () => {
    expect(slotOf(contract)).toBe('invoice_98342:agent_4:checkfraud');
    expect(effectKeyOf(contract)).toBe('invoice_98342:agent_4:checkfraud:v3');
    expect(effectKeyOf(contract, 2)).toBe('invoice_98342:agent_4:checkfraud:v3:g2');
    expect(effectKeyOf({ tenant: 'acme', ...contract })).toBe('acme:invoice_98342:agent_4:checkfraud:v3');
    expect(workflowKeyOf(contract)).toBe('invoice_98342:agent_4');
  });

  it('escapes the separator, so that a part cannot reach into the next one', () => {
    expect(slotOf({ ...contract, businessId: 'a:b', workflowId: 'c' })).toBe('a%3Ab:c:checkfraud');
    expect(slotOf({ ...contract, businessId: 'a', workflowId: 'b:c' })).toBe('a:b%3Ac:checkfraud');
    expect(slotOf({ ...contract, businessId: 'a%3Ab', workflowId: 'c' })).toBe('a%253Ab:c:checkfraud');
  });

  it('leaves logicVersion and expectedEffect out of the slot', () => {
    expect(slotOf({ ...contract, logicVersion: 9, expectedEffect: 'stripe.refunds.create' })).toBe(slotOf(contract));
  });

  it('never gives two contracts one slot, nor one contract two', () => {
    fc.assert(
      fc.property(contracts, contracts, (a, b) => {
        expect(slotOf(a) === slotOf(b)).toBe(identity(a) === identity(b));
        expect(slotOf({ ...a })).toBe(slotOf(a));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never gives two contracts, versions or generations one effect key', () => {
    fc.assert(
      fc.property(contracts, generations, contracts, generations, (a, generationA, b, generationB) => {
        const same = identity(a) === identity(b) && a.logicVersion === b.logicVersion && generationA === generationB;
        expect(effectKeyOf(a, generationA) === effectKeyOf(b, generationB)).toBe(same);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never gives two workflows one key', () => {
    fc.assert(
      fc.property(contracts, contracts, (a, b) => {
        const same = identity({ ...a, stepId: '' }) === identity({ ...b, stepId: '' });
        expect(workflowKeyOf(a) === workflowKeyOf(b)).toBe(same);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is printable ASCII and leaves the prefixes of remembered values and observations free', () => {
    fc.assert(
      fc.property(contracts, (drawn) => {
        expect(effectKeyOf(drawn)).toMatch(/^[\w\-.!~*'()%:]+$/);
        expect(slotOf(drawn)).toMatch(/^[^=?:]/);
        expect(slotOf(drawn).split(':')).toHaveLength(drawn.tenant === undefined ? 3 : 4);
      }),
    );
  });
});

describe('contractProblem', () => {
  it('finds nothing wrong with any well-formed contract', () => {
    fc.assert(fc.property(contracts, (drawn) => contractProblem(drawn) === undefined));
  });

  const wrong = (change: Record<string, unknown>): Contract => ({ ...contract, ...change }) as Contract;

  it.each([
    ['a missing businessId', { businessId: undefined }, 'businessId must be a string, got undefined'],
    ['a null tenant', { tenant: null }, 'tenant must be a string, got null'],
    ['a number', { workflowId: 7 }, 'workflowId must be a string, got number'],
    ['an empty part', { stepId: '' }, 'stepId is empty; give the stable business name of it'],
    ['an empty tenant', { tenant: '' }, 'tenant is empty; give the stable business name of it'],
    [
      'a text for an id',
      { businessId: 'x'.repeat(513) },
      'businessId is longer than 512 characters; use an id, not a text',
    ],
    ['a lone surrogate', { stepId: 'a\ud800' }, 'stepId holds a lone surrogate; give well-formed text'],
    ['version zero', { logicVersion: 0 }, 'logicVersion must be a whole number from 1'],
    ['half a version', { logicVersion: 1.5 }, 'logicVersion must be a whole number from 1'],
    ['a version beyond exact numbers', { logicVersion: 2 ** 53 }, 'logicVersion must be a whole number from 1'],
    ['a version as text', { logicVersion: '3' }, 'logicVersion must be a whole number from 1'],
  ])('names the field and the fix for %s', (_case, change, problem) => {
    expect(contractProblem(wrong(change))).toBe(problem);
  });

  it('accepts a part of exactly 512 characters', () => {
    expect(contractProblem(wrong({ businessId: 'x'.repeat(512) }))).toBeUndefined();
  });
});
