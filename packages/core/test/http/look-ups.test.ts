import type { WireResponse } from '@oncely/core';
import type { HttpRequest } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { openBank, openDesk, ours, type AnyOperation, type Bank } from './bank.ts';

const pay = {
  safety: { kind: 'keyed', windowMs: 3_600_000 },
  request: (input: object, { key }: { key: string }): HttpRequest => ({
    method: 'POST',
    path: '/pay',
    body: { ...input, key },
  }),
} as const;

describe('a look-up', () => {
  const listed =
    (pages: readonly unknown[], read: 'first' | 'all', link = false) =>
    async () => {
      const bank = await openBank();
      const order = {
        ...pay,
        safety: { kind: 'probed' },
        request: (input: object, { marker }) => ({
          method: 'POST',
          path: '/payments',
          body: { ...input, ref: marker },
        }),
        find: async (get, { marker }) => {
          const found: unknown[] = [];
          for (let page = 0; page < (read === 'all' ? pages.length : 1); page += 1) {
            const answer = (await get(`/payments?page=${page}`)) as { items?: object[] } | object[];
            found.push(...(Array.isArray(answer) ? answer : (answer.items ?? [])));
          }
          return found.filter((each) => (each as { ref?: string }).ref === marker);
        },
      } as const satisfies AnyOperation;
      bank.answer = ({ method, url }, response) => {
        if (method !== 'GET') return void response.destroy();
        const page = Number(new URL(url, 'http://bank').searchParams.get('page'));
        const next = link && page + 1 < pages.length ? { link: '</payments?page=1>; rel="next"' } : {};
        return void response.writeHead(200, { ...ours, ...next }).end(JSON.stringify(pages[page]));
      };
      const { act, oncely } = openDesk(bank, { order }, {}, { waitMs: 300, maxAttempts: 1 });
      await act((client) => client.order({}));
      for (let again = 0; again < 3; again += 1) await oncely.recover({ deadlineMs: 500 });
      return bank.writes().length;
    };

  it.each([
    [
      'has_more',
      [
        { items: [], has_more: true },
        { items: [], has_more: false },
      ],
    ],
    [
      'a next page',
      [
        { items: [], next: '/payments?page=1' },
        { items: [], next: null },
      ],
    ],
    ['a cursor', [{ items: [], response_metadata: { next_cursor: 'abc' } }, { items: [] }]],
    [
      'pageInfo',
      [
        { items: [], pageInfo: { hasNextPage: true } },
        { items: [], pageInfo: { hasNextPage: false } },
      ],
    ],
  ])('of a first page proves nothing where there are more (%s), and of all of them it does', async (_what, pages) => {
    expect(await listed(pages, 'first')()).toBe(1);
    expect(await listed(pages, 'all')()).toBeGreaterThan(1);
  });

  const lost =
    (bank: Bank): Bank['answer'] =>
    ({ method }, response) => {
      if (method === 'GET') response.writeHead(200, ours).end(JSON.stringify({ items: bank.writes().map(() => ({})) }));
      else response.destroy();
    };
  const items = async (read: (path: string) => Promise<unknown>): Promise<object[]> =>
    ((await read('/payments')) as { items: object[] }).items;

  it.each([
    ['an undefined in its list', async (read) => [(await items(read)).find(() => false)], 'holds undefined'],
    ['a null in its list', async (read) => [...(await items(read)), null], 'holds null'],
    ['one object', async (read) => (await items(read))[0] as unknown as unknown[], 'no list'],
    ['nothing', async () => undefined as unknown as unknown[], 'no list'],
  ] as [string, NonNullable<AnyOperation['find']>, string][])(
    'that gives %s is no evidence, says so, and counts once it is mended',
    async (_what, find, words) => {
      const bank = await openBank();
      const ledger = memoryLedger();
      bank.answer = lost(bank);
      const order = { ...pay, safety: { kind: 'probed' }, findsBy: 'content' } as const;
      const slips = openDesk(bank, { order: { ...order, find } }, {}, { ledger, waitMs: 300 });
      for (let run = 0; run < 2; run += 1) await slips.act((client) => client.order({}));
      const told = await slips.act((client) => client.order({}));
      expect(told).toMatchObject({ code: 'in_doubt', message: expect.stringContaining(words) });
      const mended = openDesk(bank, { order: { ...order, find: items } }, {}, { ledger });
      expect(await mended.act((client) => client.order({}))).toEqual({});
      expect([bank.writes().length, await mended.state()]).toEqual([1, 'succeeded']);
    },
  );

  it.each(['an answer', 'a look'])(
    'by content finds nothing that another effect is known to have made, by %s',
    async (by) => {
      const bank = await openBank();
      const made: object[] = [];
      const faults = by === 'a look' ? ['after', 'before'] : ['none', 'before'];
      bank.answer = ({ method }, response) => {
        if (method === 'GET') return void response.writeHead(200, ours).end(JSON.stringify({ items: made }));
        const fault = faults.shift();
        if (fault !== 'before') made.push({ id: `p_${made.length}` });
        if (fault === 'before' || fault === 'after') return void response.destroy();
        return void response.writeHead(201, ours).end(JSON.stringify(made.at(-1)));
      };
      const order = { ...pay, safety: { kind: 'probed' }, findsBy: 'content', find: items } as const;
      const { act, state } = openDesk(bank, { order });
      const given = [await act((client) => client.order({})), await act((client) => client.order({}), 'bob')];
      expect(given).toEqual([{ id: 'p_0' }, { id: 'p_1' }]);
      expect([made.length, await state(), await state('bob')]).toEqual([2, 'succeeded', 'succeeded']);
    },
  );

  it('finds where an id is told by an answer to a write alone', async () => {
    const bank = await openBank();
    bank.answer = lost(bank);
    const order = { ...pay, safety: { kind: 'probed' }, findsBy: 'content', find: items } as const;
    const id = (_answer: unknown, { headers }: WireResponse): string | undefined =>
      headers['location']!.split('/').at(-1);
    const { act, state } = openDesk(bank, { order }, { id });
    expect(await act((client) => client.order({}))).toEqual({});
    expect([bank.writes().length, await state()]).toEqual([1, 'succeeded']);
  });

  it.each([
    ['bytes', { id: 'p_1' }, { id: 'p_1' }],
    ['text', { id: 'p_1' }, { id: 'p_1' }],
    ['text', 'queued', 'queued'],
    ['bytes', new Uint8Array([0xff, 0]), new Uint8Array([0xff, 0])],
  ] as const)('of what answers %s gives what it found, live and again', async (kind, found, given) => {
    const bank = await openBank();
    bank.answer = lost(bank);
    const find = async (): Promise<unknown[]> => [found];
    const print = { ...pay, safety: { kind: 'probed' }, findsBy: 'content', answers: kind, find } as const;
    const { act } = openDesk(bank, { print });
    for (let run = 0; run < 2; run += 1) expect(await act((client) => client.print({}))).toEqual(given);
    expect(bank.writes()).toHaveLength(1);
  });

  it('of a first page proves nothing where a link leads to the next', async () => {
    expect(await listed([[], []], 'first', true)()).toBe(1);
    expect(await listed([[], []], 'all', true)()).toBeGreaterThan(1);
  });
});
