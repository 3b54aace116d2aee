import { createOncely, isOncelyError, type Ledger, type TwinGuard } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import type { Clock } from '../../src/clock.ts';
import { openShop, testAdapter, type Shop, type TestOncely } from './vendor.ts';

const hour = 3_600_000;

interface World {
  readonly clock: Clock;
  readonly twins: TwinGuard;
  readonly shop: Shop;
  readonly desk: TestOncely;
  readonly pass: (ms: number) => void;
  readonly start: () => TestOncely;
}

function world(onTwin: 'refuse' | 'approve' = 'refuse'): World {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const shop = openShop(memoryLedger({ now }));
  const clock = {
    monotonic: now,
    wall: now,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 5))),
  };
  const twins = { withinMs: hour, onTwin };
  const start: World['start'] = () => shop.start({ twins, clock, waitMs: 10 * hour });
  return {
    clock,
    twins,
    shop,
    desk: start(),
    pass: (ms) => {
      ahead += ms;
    },
    start,
  };
}

const at = (workflowId: string): { businessId: string; workflowId: string } => ({ businessId: 'inv_1', workflowId });
const codeOf = (error: unknown): string => (isOncelyError(error) ? error.code : String(error));
const refund = (oncely: TestOncely, workflowId: string, options: object = {}): Promise<unknown> =>
  oncely
    .scope(at(workflowId), () =>
      oncely.effect('refund', options, () => oncely.clients.shop.write('refund', { amount: 500 })),
    )
    .then(({ id }) => id, codeOf);

const waiting = {
  'handed in': async (oncely: TestOncely) => {
    const { key } = await oncely.scope(at('desk'), () =>
      oncely.submit('refund', () => oncely.clients.shop.write('refund', { amount: 500 })),
    );
    return () => oncely.effects.complete(key);
  },
  'handed in and left to recovery': async (oncely: TestOncely) => {
    await oncely.scope(at('desk'), () =>
      oncely.submit('refund', () => oncely.clients.shop.write('refund', { amount: 500 })),
    );
    return () => oncely.recover();
  },
  'waiting for a person': async (oncely: TestOncely) => {
    await refund(oncely, 'desk', { approval: 'required' });
    const slot = 'inv_1:desk:refund';
    const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    return () => oncely.effects.approve(slot, { by: 'ann', fingerprint, perform: true });
  },
};

describe('C20: the twin guard is asked where it is sent', () => {
  it.each(Object.entries(waiting))('also of what was %s when its twin was made', async (_name, begin) => {
    const { shop, desk, pass, start } = world();
    const perform = await begin(desk);
    const chat = start();
    expect(await refund(chat, 'chat')).toBe('twin');
    pass(hour + 60_000);
    expect(await refund(chat, 'chat')).toBe('o_1');
    await perform();
    expect(shop.vendor.sends).toBe(1);
    expect(await desk.effects.get('inv_1:desk:refund')).toMatchObject({ state: 'ready' });
  });

  it('and what is being performed is a twin of others again, though it was handed in long ago', async () => {
    const { shop, desk, pass, start } = world();
    const perform = await waiting['handed in'](desk);
    pass(hour + 60_000);
    const chat = start();
    let outcome: Promise<unknown> | undefined;
    shop.vendor.script.push(async (commit) => {
      outcome = refund(chat, 'chat');
      expect(await outcome).toBe('twin');
      return commit();
    });
    await perform();
    expect(outcome).toBeDefined();
    expect(shop.vendor.sends).toBe(1);
  });

  it('a person is asked for a twin that was made meanwhile', async () => {
    const { shop, desk, pass, start } = world('approve');
    const perform = await waiting['handed in'](desk);
    pass(hour + 60_000);
    expect(await refund(start(), 'chat')).toBe('o_1');
    await perform();
    expect(shop.vendor.sends).toBe(1);
    expect(await desk.effects.get('inv_1:desk:refund')).toMatchObject({ state: 'awaiting_approval' });
  });
});

describe('C20: whoever stood still between the guard and the claim', () => {
  const frozen = async (
    of: World,
    act: (oncely: TestOncely) => Promise<unknown>,
  ): Promise<{ first: Promise<unknown>; go: () => void }> => {
    let go = (): void => undefined;
    let held = false;
    const inner = of.shop.ledger;
    const ledger: Ledger = {
      ...inner,
      write: async (command) => {
        if (command.guard && !held) {
          held = true;
          await new Promise<void>((resolve) => {
            go = resolve;
          });
        }
        return inner.write(command);
      },
    };
    const { clock, twins } = of;
    const oncely = createOncely({
      ledger,
      clock,
      twins,
      waitMs: 10 * hour,
      drainOnSigterm: false,
      clients: { shop: testAdapter(of.shop.vendor) },
    });
    const first = act(oncely);
    while (!held) await new Promise((resolve) => setImmediate(resolve));
    return { first, go: () => go() };
  };

  it('asks again, and sends nothing where another was faster', async () => {
    const of = world();
    const { first, go } = await frozen(of, (oncely) => refund(oncely, 'desk'));
    const chat = of.start();
    expect(await refund(chat, 'chat')).toBe('twin');
    of.pass(61_000);
    expect(await refund(chat, 'chat')).toBe('o_1');
    go();
    expect(await first).toBe('twin');
    expect(of.shop.vendor.sends).toBe(1);
    expect(await chat.effects.get('inv_1:desk:refund')).toMatchObject({
      attempts: [{ evidence: 'not_applied', reason: 'twin' }],
    });
  });

  it('sends where nobody was', async () => {
    const of = world();
    const { first, go } = await frozen(of, (oncely) => refund(oncely, 'desk'));
    of.pass(61_000);
    go();
    expect(await first).toBe('o_1');
  });

  it('takes its place among them before it is claimed', async () => {
    const of = world();
    await waiting['handed in'](of.desk);
    of.pass(hour + 60_000);
    const { first, go } = await frozen(of, (oncely) => oncely.effects.complete('inv_1:desk:refund'));
    expect(await refund(of.start(), 'chat')).toBe('twin');
    go();
    await first;
    expect(of.shop.vendor.sends).toBe(1);
  });
});
