import { createOncely, isOncelyError, type ApprovalPolicy, type PolicyObserved } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { testAdapter, type TestVendor } from './vendor.ts';

const day = 24 * 3_600_000;

/** A shop whose stored requests can be read, with payments as the ledger remembers them. */
async function remembered(retention?: 'never'): Promise<{
  readonly observe: (policy: ApprovalPolicy, lastMs?: number) => Promise<PolicyObserved>;
  readonly vendor: TestVendor;
  readonly known: () => Promise<unknown>;
}> {
  const time = { now: Date.UTC(2026, 5, 1) };
  const ledger = memoryLedger({ now: () => time.now });
  const vendor: TestVendor = { happened: [], script: [], sends: 0, forgets: false };
  const adapter = testAdapter(vendor);
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    ...(retention === undefined ? {} : { retention: { requests: retention } }),
    clients: {
      shop: {
        ...adapter,
        connect: (...given: Parameters<typeof adapter.connect>) => ({
          ...adapter.connect(...given),
          parametersOf: (request: string) => (JSON.parse(request) as { parameters: unknown }).parameters,
        }),
      },
    },
  });
  const write = (businessId: string, name: string, amount: number, hold = false): Promise<unknown> => {
    const made = (): Promise<unknown> => oncely.clients.shop.write(name, { amount });
    return oncely
      .scope({ businessId, workflowId: 'desk' }, () => (hold ? oncely.submit('x', made) : oncely.effect('x', made)))
      .catch((error: unknown) => error);
  };
  await write('old', 'pay', 900);
  time.now += 40 * day;
  await write('done', 'pay', 900);
  await write('open_large', 'pay', 900, true);
  await write('open_small', 'pay', 5, true);
  await write('shouted', 'shout', 5);
  return {
    vendor,
    known: async () => (await ledger.read('@policy')).row,
    observe: (policy, lastMs = 30 * day) => oncely.policy.observe(policy, { lastMs }),
  };
}

const large: ApprovalPolicy = { version: 7, operations: { 'shop.pay': { above: { amount: 500 } } } };

describe('a policy that is not in force', () => {
  it('is judged by what the ledger remembers, and what is gone is counted as not known', async () => {
    const { observe } = await remembered();
    const seen = await observe(large);
    expect(seen).toMatchObject({ effects: 4, asked: 1, notAsked: 2, notJudged: 1 });
    expect(seen.operations).toEqual([
      {
        operation: 'shop.pay',
        effects: 3,
        asked: 1,
        notAsked: 1,
        notJudged: { 'input not kept': 1 },
        examples: ['open_large:desk:x'],
      },
      { operation: 'shop.shout', effects: 1, asked: 0, notAsked: 1, notJudged: {}, examples: [] },
    ]);
  });

  it('knows of a rule without a condition what it asks, whatever is kept', async () => {
    const { observe } = await remembered();
    expect(await observe({ version: 1, operations: { 'shop.*': true } })).toMatchObject({ asked: 4, notJudged: 0 });
  });

  it('goes back as far as it is asked to', async () => {
    const { observe } = await remembered();
    expect(await observe(large, 50 * day)).toMatchObject({ effects: 5, notJudged: 2 });
  });

  it('says that nothing is known where no request is kept', async () => {
    const { observe } = await remembered('never');
    const { operations } = await observe(large);
    expect(operations[0]?.notJudged).toEqual({ 'input not kept': operations[0]?.effects });
  });

  it('says that a predicate failed, and neither announces nor sends anything', async () => {
    const { observe, vendor, known } = await remembered();
    const { sends } = vendor;
    const { operations } = await observe({
      version: 9,
      operations: {
        'shop.pay': () => {
          throw new Error('no');
        },
      },
    });
    expect(operations[0]?.notJudged).toEqual({ 'input not kept': 1, 'policy failed': 2 });
    expect(vendor.sends).toBe(sends);
    expect(await known()).toBeUndefined();
  });

  it.each([
    [undefined, day],
    [{}, day],
    [{ version: 0, operations: {} }, day],
    [large, 0],
    [large, Number.NaN],
  ])('is refused where it cannot be meant: %j, %s', async (policy, lastMs) => {
    const { observe } = await remembered();
    const error = await observe(policy as never, lastMs).catch((each: unknown) => each);
    expect(isOncelyError(error) && error.message).toContain('policy.observe');
  });
});
