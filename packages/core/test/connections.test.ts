import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createOncely, defineAdapter, type Adapter, type WireResponse } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { createConnections } from '../src/connections.ts';

interface Client {
  readonly account: string;
  readonly serial: number;
}

const answer: WireResponse = { status: 200, headers: {}, body: '{}' };

function world(accounts: 'one' | 'many', build?: (account: string) => Client) {
  let now = 0;
  let built = 0;
  const adapter: Adapter<Client> = defineAdapter({
    vendor: 'v',
    accounts,
    connect: (runtime, account) => {
      built += 1;
      const client = build?.(account) ?? { account, serial: built };
      // As an adapter does: the client leads to its runtime.
      Object.defineProperty(client, 'runtime', { value: runtime, configurable: true });
      return {
        client,
        resend: () => Promise.reject(new Error('not here')),
        probe: () => Promise.reject(new Error('not here')),
        restore: () => Promise.reject(new Error('not here')),
      };
    },
  });
  const connections = createConnections({ v: adapter as Adapter }, async () => answer, { monotonic: () => now });
  return {
    of: (account: string) => connections.of('v', account)?.connection.client as Client,
    origin: (account: string) => connections.of('v', account),
    later: (ms: number) => void (now += ms),
    built: () => built,
  };
}

describe('one account of many', () => {
  it('is given out again, and its builder asked anew after five minutes', () => {
    const { of, later, built } = world('many');
    expect(of('a')).toBe(of('a'));
    later(299_999);
    expect(of('a')).toBe(of('a'));
    expect(built()).toBe(1);
    later(1);
    expect(of('a').serial).toBe(2);
    expect(of('a')).toBe(of('a'));
  });

  it('is asked for anew at once where the vendor refused its credentials', () => {
    const { of, origin } = world('many');
    of('a');
    of('b');
    origin('a')?.refused?.();
    expect([of('a').serial, of('b').serial, of('a').serial]).toEqual([3, 2, 3]);
  });

  it('goes on as it is where its builder cannot make another', () => {
    let fails = false;
    const { of, later } = world('many', (account) => {
      if (fails) throw new Error('the client of before has another config');
      return { account, serial: 1 };
    });
    const first = of('a');
    fails = true;
    later(300_000);
    expect(of('a')).toBe(first);
    expect(() => of('b')).toThrow('another config');
  });
});

it('the one client of a vendor is never another', () => {
  const { of, later, origin, built } = world('one');
  const first = of('');
  origin('')?.refused?.();
  later(1e9);
  expect(of('')).toBe(first);
  expect(built()).toBe(1);
});

it('clients that nobody uses are let go, and one in use stays the one', async () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const alive = new Set<string>();
  const gone = new FinalizationRegistry<string>((account) => alive.delete(account));
  const { of, built } = world('many');
  const used = of('used');
  for (let index = 0; index < 3_000; index += 1) {
    const account = `account_${index}`;
    alive.add(account);
    gone.register(of(account), account);
  }
  for (let round = 0; round < 20 && alive.size > 600; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(alive.size).toBeLessThanOrEqual(600);
  expect(of('used')).toBe(used);
  expect(built()).toBe(3_001);
});

it('a write that the vendor refuses for its credentials is tried with the new ones by the next call', async () => {
  let token = 'old';
  const seen: string[] = [];
  const adapter = defineAdapter<{ write(): Promise<WireResponse> }, 'many'>({
    vendor: 'v',
    accounts: 'many',
    connect: (runtime) => {
      const own = token;
      return {
        client: {
          write: () =>
            runtime.perform({
              operation: { name: 'v.things.create', safety: { kind: 'unverifiable' }, landingBoundMs: 1 },
              parameters: {},
              prepare: () => '{}',
              send: async (_request, permit) => {
                permit.check();
                seen.push(own);
                if (own === 'old')
                  return {
                    evidence: 'not_applied',
                    reason: 'expired',
                    environment: true,
                    response: { ...answer, status: 401 },
                  };
                return { evidence: 'accepted', response: answer };
              },
              passThrough: async () => answer,
            }),
        },
        resend: () => Promise.reject(new Error('not here')),
        probe: () => Promise.reject(new Error('not here')),
        restore: () => Promise.reject(new Error('not here')),
      };
    },
  });
  const oncely = createOncely({ ledger: memoryLedger(), clients: { v: adapter }, drainOnSigterm: false });
  const write = (): Promise<WireResponse> =>
    oncely.scope({ businessId: 'b', workflowId: 'w' }, () => oncely.effect('e', () => oncely.clients.v('a').write()));
  expect((await write()).status).toBe(401);
  token = 'new';
  expect((await write()).status).toBe(200);
  expect(seen).toEqual(['old', 'new']);
});
