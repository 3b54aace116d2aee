import type { HttpRequest } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { openBank, openDesk, ours, unverifiable, type Bank } from './bank.ts';

// What was judged is what is sent, whatever the caller does with its object meanwhile.

interface Payment {
  readonly to: string;
  readonly amount: number;
}

const pay = {
  safety: unverifiable,
  material: ['to', 'amount'],
  request: (input: Payment): HttpRequest => ({ method: 'POST', path: '/pay', body: input }),
} as const;

const sent = (bank: Bank): Payment[] => bank.writes().map(({ body }) => JSON.parse(String(body)) as Payment);

describe('an input', () => {
  it('that is filled anew for each payment pays each of them', async () => {
    const bank = await openBank();
    const { act } = openDesk(bank, { pay });
    const params = { to: '', amount: 10 };
    await Promise.all(
      ['ann', 'bob', 'cyd'].map((to) => {
        params.to = to;
        return act((client) => client.pay(params), to);
      }),
    );
    expect(new Set(sent(bank).map(({ to }) => to))).toEqual(new Set(['ann', 'bob', 'cyd']));
  });

  it('that is changed at any moment is sent as it was judged, and asks where that asks', async () => {
    const bank = await openBank();
    const approvals = { version: 1, operations: { 'bank.pay': { when: ({ amount }: Payment) => amount > 100 } } };
    const { act, oncely } = openDesk(bank, { pay }, {}, { approvals });
    for (let turns = 0; turns < 40; turns += 1) {
      for (const [at, then, outcome] of [
        [10, 1_000_000, { id: expect.any(String) as string }],
        [1_000_000, 10, { code: 'approval_required' }],
      ] as const) {
        const input = { to: 'eve', amount: at };
        const paying = act((client) => client.pay(input), `eve_${turns}_${at}`);
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        input.amount = then;
        expect(await paying).toMatchObject(outcome);
      }
    }
    expect(sent(bank).filter(({ amount }) => amount !== 10)).toEqual([]);
    const asked = await oncely.effects.get('eve_9_1000000:payroll:act');
    expect(asked?.approval?.preview).toMatchObject({ to: 'eve', amount: 1_000_000 });
  });

  it('with a gap in a list is refused by its place in it', async () => {
    const { act } = openDesk(await openBank(), { list: { ...pay, request: () => ({ method: 'POST', path: '/' }) } });
    const message = expect.stringContaining('input.of[2] is undefined');
    expect(await act((client) => client.list({ of: [1, { a: 2 }, undefined, 4] } as never))).toMatchObject({ message });
  });

  it('whose getter says something else each time is read once', async () => {
    const bank = await openBank();
    const { act } = openDesk(bank, { pay });
    let reads = 0;
    const input = {
      to: 'ann',
      get amount() {
        return (reads += 1) === 1 ? 10 : 1_000_000;
      },
    };
    await act((client) => client.pay(input));
    expect([reads, sent(bank)]).toEqual([1, [{ to: 'ann', amount: 10 }]]);
  });

  it('is not changed for the ledger by a request that changes what it is given', async () => {
    const bank = await openBank();
    const ledger = memoryLedger();
    const greedy = {
      ...pay,
      request: (input: { to: string; amount: number }) => {
        input.amount += 1;
        return { method: 'POST', path: '/pay', body: input } as const;
      },
    };
    const start = () => openDesk(bank, { pay: greedy }, {}, { ledger });
    await start().act((client) => client.pay({ to: 'ann', amount: 10 }));
    expect(await start().act((client) => client.pay({ to: 'ann', amount: 10 }))).toEqual({ id: 'p_1' });
    expect(sent(bank)).toEqual([{ to: 'ann', amount: 11 }]);
    const asks = openDesk(bank, { pay: greedy }, {}, { approvals: { version: 1, operations: { 'bank.pay': true } } });
    await asks.act((client) => client.pay({ to: 'ann', amount: 10 }));
    expect((await asks.oncely.effects.get('ann:payroll:act'))?.approval?.preview).toMatchObject({
      to: 'ann',
      amount: 10,
    });
  });

  it('reaches the request as what it is, and again where another process makes it anew', async () => {
    const bank = await openBank();
    const ledger = memoryLedger();
    const seen: unknown[] = [];
    interface Report {
      readonly day: Date;
      readonly file: Uint8Array;
      readonly from: URL;
      readonly $oncely: string;
      readonly left: undefined;
    }
    const report = {
      safety: { kind: 'keyed', windowMs: 3_600_000 },
      request: (input: Report, { key }: { key: string }) => {
        seen.push([input.day.toISOString(), input.file, input.from.href, input.$oncely, 'left' in input]);
        return { method: 'POST', path: '/report', body: { day: input.day, key } } as const;
      },
    } as const;
    const input = {
      day: new Date(0),
      file: new Uint8Array([1, 2]),
      from: new URL('https://a.example/'),
      $oncely: 'Date',
      left: undefined,
    };
    // Refused while a stored failure makes the next attempt one of another key, by recovery.
    bank.answer = (_request, response) => void response.writeHead(503, ours).end('{}');
    const classify = ({ status }: { status: number }) =>
      status === 503 ? ({ evidence: 'unknown', reason: 'stored', keyBurned: true } as const) : undefined;
    const first = openDesk(bank, { report }, { classify }, { ledger, maxAttempts: 1 });
    await first.act((client) => client.report(input));
    const made = seen.length;
    await first.oncely.effects.resolve('ann:payroll:act', { happened: false }, { by: 'ann' }).catch(() => undefined);
    bank.answer = (_request, response) => void response.writeHead(201, ours).end('{"id":"r_1"}');
    const second = openDesk(bank, { report }, { classify }, { ledger });
    await second.oncely.recover();
    expect(await second.act((client) => client.report(input))).toEqual({ id: 'r_1' });
    expect(seen.length).toBeGreaterThan(made);
    for (const each of seen) {
      expect(each).toEqual(['1970-01-01T00:00:00.000Z', new Uint8Array([1, 2]), 'https://a.example/', 'Date', false]);
    }
  });

  class Money {
    readonly cents = 5;
  }
  it.each([
    [{ to: 'ann', by: new Map([['a', 1]]) }, /input\.by is an instance of Map/],
    [{ to: 'ann', amount: new Money() }, /input\.amount is an instance of Money/],
    [{ to: 'ann', amount: 1n }, /input\.amount is a BigInt/],
    [Promise.resolve({ to: 'ann' }), /input is an instance of Promise/],
    [{ to: 'ann', file: new Blob(['a']) }, /input\.file is an instance of Blob/],
  ])('that cannot be copied is refused by name, and nothing is sent', async (input, message) => {
    const bank = await openBank();
    const { act } = openDesk(bank, { pay });
    expect(await act((client) => client.pay(input as never))).toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    });
    expect(bank.got).toEqual([]);
  });
});
