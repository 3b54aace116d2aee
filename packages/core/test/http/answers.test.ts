import { gzipSync } from 'node:zlib';

import type { Verdict, WireResponse } from '@oncely/core';
import { HttpAnswerError, type HttpRequest } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { openBank, openDesk, ours, unverifiable, type AnyOperation, type Bank } from './bank.ts';

const pay = {
  safety: { kind: 'keyed', windowMs: 3_600_000 },
  request: (input: object, { key }: { key: string }): HttpRequest => ({
    method: 'POST',
    path: '/pay',
    body: { ...input, key },
  }),
} as const;

/** A vendor that says everything in a 200. */
const inBody = (response: WireResponse): Verdict | undefined => {
  const { ok, error } = JSON.parse(response.body) as { ok?: boolean; error?: string };
  if (ok !== false) return undefined;
  return error === 'try_later'
    ? { evidence: 'not_applied', reason: error, response, environment: true }
    : { evidence: 'rejected', reason: String(error), response };
};

const answers = (bank: Bank, body: string | Buffer, headers: object = ours, status = 200): void => {
  bank.answer = (_request, response) => void response.writeHead(status, { ...headers }).end(body);
};

describe('a no in a 2xx', () => {
  it.each([
    ['account_closed', 'rejected', 1],
    ['try_later', 'ready', 2],
  ])('%s is thrown, first and on a replay, and leaves the effect %s', async (error, state, sends) => {
    const bank = await openBank();
    const ledger = memoryLedger();
    answers(bank, JSON.stringify({ ok: false, error }));
    for (let run = 0; run < 2; run += 1) {
      // A replay does not ask `classify`, which a later version may have without this rule.
      const { act, state: now } = openDesk(bank, { pay }, run === 0 || sends === 2 ? { classify: inBody } : {}, {
        ledger,
      });
      const thrown = await act((client) => client.pay({ to: 'ann' }));
      expect(thrown).toBeInstanceOf(HttpAnswerError);
      expect(thrown).toMatchObject({ status: 200, reason: error, message: expect.stringContaining(error) });
      expect(await now()).toBe(state);
    }
    expect(bank.got).toHaveLength(sends);
  });

  it('is thrown outside of a scope too', async () => {
    const bank = await openBank();
    answers(bank, '{"ok":false,"error":"account_closed"}');
    const { oncely } = openDesk(bank, { pay }, { classify: inBody }, { unscoped: 'observe' });
    await expect(oncely.clients.bank.pay({})).rejects.toMatchObject({ reason: 'account_closed' });
    answers(bank, '{"ok":true}', ours, 500);
    await expect(oncely.clients.bank.pay({})).rejects.toMatchObject({ status: 500 });
  });

  it('to a look-up is no empty list, so that nothing is sent again', async () => {
    const bank = await openBank();
    const order = {
      ...pay,
      safety: { kind: 'probed' },
      findsBy: 'content',
      find: async (read) => ((await read('/payments')) as { items?: object[] }).items ?? [],
    } as const satisfies AnyOperation;
    bank.answer = ({ method }, response) => {
      if (method === 'GET') response.writeHead(200, ours).end('{"ok":false,"error":"busy"}');
      else response.destroy();
    };
    const { act, state, oncely } = openDesk(bank, { order }, { classify: inBody }, { waitMs: 300 });
    await act((client) => client.order({}));
    for (let again = 0; again < 3; again += 1) await oncely.recover({ deadlineMs: 1_000 });
    expect([bank.writes().length, await state()]).toEqual([1, 'in_doubt']);
  });

  it('stays a yes where retention keeps only a part of the answer', async () => {
    const bank = await openBank();
    const ledger = memoryLedger();
    const retention = { operations: { 'bank.*': { result: { paths: ['id'] } } } };
    answers(bank, '{"ok":true,"id":"p_1","iban":"secret"}');
    const strict = (response: WireResponse): Verdict | undefined =>
      response.body.includes('"ok":true') ? undefined : { evidence: 'rejected', reason: 'not ok', response };
    for (let run = 0; run < 2; run += 1) {
      const { act } = openDesk(bank, { pay }, { classify: strict }, { ledger, retention });
      expect(await act((client) => client.pay({}))).toMatchObject({ id: 'p_1' });
    }
    expect(bank.got).toHaveLength(1);
  });
});

describe('a yes', () => {
  it.each([
    ['an empty 204', 204, '', ours, undefined],
    ['a list', 200, '[{"id":"a"},{"id":"b"}]', ours, [{ id: 'a' }, { id: 'b' }]],
    ['a text', 200, '"done"', ours, 'done'],
    ['null', 200, 'null', ours, null],
    ['JSON with a byte order mark', 200, '\uFEFF{"id":"p_1"}', ours, { id: 'p_1' }],
    ['JSON that is compressed', 200, gzipSync('{"id":"p_1"}'), { ...ours, 'content-encoding': 'gzip' }, { id: 'p_1' }],
  ])('of %s is given, live and again', async (_what, status, body, headers, given) => {
    const bank = await openBank();
    answers(bank, body, headers, status);
    const { act, state } = openDesk(bank, { pay });
    for (let run = 0; run < 2; run += 1) expect(await act((client) => client.pay({}))).toEqual(given);
    expect([bank.got.length, await state()]).toEqual([1, 'succeeded']);
  });

  it('of text or bytes is given where the operation says so', async () => {
    const bank = await openBank();
    const bytes = Buffer.from([0x25, 0x50, 0xff, 0x00]);
    const { act } = openDesk(bank, { note: { ...pay, answers: 'text' }, print: { ...pay, answers: 'bytes' } });
    answers(bank, 'queued', { 'x-bank': '1', 'content-type': 'text/plain' });
    for (let run = 0; run < 2; run += 1) expect(await act((client) => client.note({}), 'note')).toBe('queued');
    answers(bank, bytes, { 'x-bank': '1', 'content-type': 'application/pdf' });
    for (let run = 0; run < 2; run += 1) {
      expect(await act((client) => client.print({}), 'print')).toEqual(new Uint8Array(bytes));
    }
    expect(bank.got).toHaveLength(2);
  });

  it('without an id is known to have happened, and other input is told so', async () => {
    const bank = await openBank();
    answers(bank, '', ours, 204);
    const { act } = openDesk(bank, { pay });
    await act((client) => client.pay({ to: 'ann' }));
    const told = await act((client) => client.pay({ to: 'bob' }));
    expect(told).toMatchObject({
      message: expect.stringContaining('pay (ann:payroll:act:v1) has happened already with'),
    });
    bank.answer = (_request, response) => void response.destroy();
    const { act: other } = openDesk(bank, { pay: { ...pay, safety: unverifiable } });
    await other((client) => client.pay({ to: 'ann' }));
    const doubt = await other((client) => client.pay({ to: 'bob' }));
    expect(doubt).toMatchObject({ message: expect.stringContaining('may have happened already with') });
  });

  it('of bytes is judged by its text where that says a no, and thrown with it', async () => {
    const bank = await openBank();
    const { act, oncely } = openDesk(
      bank,
      { print: { ...pay, answers: 'bytes' } },
      { classify: (response) => (response.body.startsWith('{') ? inBody(response) : undefined) },
      { unscoped: 'observe' },
    );
    const body = '{"ok":false,"error":"account_closed"}';
    answers(bank, body);
    for (let run = 0; run < 2; run += 1) {
      expect(await act((client) => client.print({}))).toMatchObject({ reason: 'account_closed', body });
    }
    answers(bank, '{"error":"too big"}', ours, 422);
    expect(await act((client) => client.print({}), 'bob')).toMatchObject({
      message: expect.stringContaining('too big'),
    });
    answers(bank, 'down', ours, 500);
    await expect(oncely.clients.bank.print({})).rejects.toMatchObject({ body: 'down' });
  });

  it("is in doubt where a gateway's page stands in its place", async () => {
    const bank = await openBank();
    answers(bank, '<html>Sign in</html>', { 'x-bank': '1', 'content-type': 'text/html' });
    const { act, state } = openDesk(bank, { pay: { ...pay, safety: unverifiable } });
    await act((client) => client.pay({}));
    expect([bank.got.length, await state()]).toEqual([1, 'stopped']);
  });

  it('is kept with the headers that are needed, and no others', async () => {
    const bank = await openBank();
    const ledger = memoryLedger();
    const headers = {
      ...ours,
      location: '/payments/p_7',
      'x-session-token': 'RecognisableSecret',
      'oncely-proves': 'rejected',
    };
    answers(bank, '', headers, 201);
    const made = { ...pay, parse: (_answer: unknown, response: WireResponse) => response.headers['location'] };
    const id = (_answer: unknown, { headers: kept }: WireResponse): string | undefined =>
      kept['location']?.split('/').at(-1);
    for (let run = 0; run < 2; run += 1) {
      const { act } = openDesk(bank, { pay: made }, { id }, { ledger });
      expect(await act((client) => client.pay({}))).toBe('/payments/p_7');
    }
    const { rows } = await ledger.list({ limit: 10 });
    expect(JSON.stringify(rows)).toContain('p_7');
    expect(JSON.stringify(rows)).not.toContain('RecognisableSecret');
  });

  it('keeps its state where the id cannot be read', async () => {
    const bank = await openBank();
    const id = (): never => {
      throw new Error('no such field');
    };
    const { act, state } = openDesk(bank, { pay }, { id });
    await act((client) => client.pay({}));
    expect(await state()).toBe('succeeded');
  });
});

it.each([
  ['409', 409, '{"error":"9:00 is taken"}', ours, 'bank answered 409: "9:00 is taken"'],
  ['500 with a code', 500, '{"error":{"code":"E7","message":"down"}}', ours, 'bank answered 500 E7: "down"'],
  ['201 that is no JSON', 201, 'Created', ours, 'bank answered 201: "Created"'],
  ['201 of somebody else', 201, '{}', {}, 'own() did not take an answer of status 201 for one of bank'],
])('C17: a doubt after a %s quotes it, in the text and as the cause', async (_what, status, body, headers, words) => {
  const bank = await openBank();
  answers(bank, body, headers, status);
  const { act } = openDesk(bank, { pay: { ...pay, safety: unverifiable } }, {}, { waitMs: 300, maxAttempts: 1 });
  expect(await act((client) => client.pay({}))).toMatchObject({
    message: expect.stringContaining(words),
    cause: { name: 'UnclearAnswer', status, message: words },
  });
});
