import { Readable } from 'node:stream';

import { createOncely } from '@oncely/core';
import { httpAdapter, type HttpRequest } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { openBank, openDesk, ours, unverifiable } from './bank.ts';

const send = { safety: unverifiable, request: (request: HttpRequest): HttpRequest => request };
/** Whatever a program gives as its request. */
const raw = { safety: unverifiable, request: (make: string): HttpRequest => given[make] as HttpRequest };
const given: Record<string, unknown> = {};

describe('an address', () => {
  it.each([
    ['', '/pay', '/pay'],
    ['/v1', '/pay', '/v1/pay'],
    ['/v1/', '/pay', '/v1/pay'],
    ['/v1', 'pay', '/v1/pay'],
    ['/v1', '/pay?dryRun=true', '/v1/pay?dryRun=true'],
    ['/v1?version=7', '/pay', '/v1/pay?version=7'],
    ['/v1?version=7', '/pay?dryRun=true', '/v1/pay?version=7&dryRun=true'],
    ['/v1', '?all=1', '/v1?all=1'],
    ['', '/issues/a%2Fb', '/issues/a%2Fb'],
    ['', '/issues/größe', '/issues/gr%C3%B6%C3%9Fe'],
  ])('below %j with the path %j is %j', async (below, path, url) => {
    const bank = await openBank();
    const { act, oncely } = openDesk({ url: bank.url + below }, { send });
    await act((client) => client.send({ method: 'POST', path }));
    await oncely.clients.bank.read(path);
    expect(bank.got.map((got) => [got.method, got.url])).toEqual([
      ['POST', url],
      ['GET', url],
    ]);
  });

  it.each(['/issues/..', '/issues/%2e%2E/1', '/./a', '/a\\b', '/a#b', '/a\nb', 'https://elsewhere.example/', 5])(
    'that leads elsewhere is refused: %j',
    async (path) => {
      const bank = await openBank();
      const { act, oncely } = openDesk({ url: `${bank.url}/v1` }, { send });
      const refused = { code: 'invalid_input', message: expect.stringContaining('path') };
      expect(await act((client) => client.send({ method: 'DELETE', path: path as string }))).toMatchObject(refused);
      await expect(oncely.clients.bank.read(path as string)).rejects.toMatchObject(refused);
      expect([bank.got.length, (await oncely.effects.list()).effects.length]).toEqual([0, 0]);
    },
  );

  it.each(['api.example.com', 'ftp://api.example.com', 'https://user:pass@api.example.com', 'https://a.example/#x'])(
    'that is none is refused when the adapter is built, without what is secret in it: %s',
    (url) => {
      const build = (): unknown => httpAdapter({ vendor: 'bank', url, own: () => true, operations: { pay: send } });
      expect(build).toThrow(/httpAdapter of bank: url/);
      expect(build).not.toThrow(/pass@/);
    },
  );
});

describe('a body', () => {
  const bytes = new Uint8Array([0x25, 0xff, 0x00]);
  const form = new FormData();
  form.append('a', '1');
  form.append('a', 'größe');
  it.each([
    [
      'JSON',
      { body: { a: 1, at: new Date(0), left: undefined } },
      'application/json',
      '{"a":1,"at":"1970-01-01T00:00:00.000Z"}',
    ],
    ['a JSON text', { body: 'a' }, 'application/json', '"a"'],
    [
      'JSON of its own type',
      { body: { a: 1 }, headers: { 'Content-Type': 'application/merge-patch+json' } },
      'application/merge-patch+json',
      '{"a":1}',
    ],
    ['a text', { body: '<a/>', headers: { 'content-type': 'text/xml' } }, 'text/xml', '<a/>'],
    [
      'a form',
      { form: { a: 'b c', n: 1, list: ['x', 'y'], left: undefined } },
      'application/x-www-form-urlencoded',
      'a=b+c&n=1&list=x&list=y',
    ],
    ['a URLSearchParams', { body: new URLSearchParams({ a: '1&2' }) }, 'application/x-www-form-urlencoded', 'a=1%262'],
    ['bytes', { body: bytes }, 'application/octet-stream', Buffer.from(bytes)],
    [
      'a Buffer of a type',
      { body: Buffer.from('%PDF'), headers: { 'content-type': 'application/pdf' } },
      'application/pdf',
      '%PDF',
    ],
    ['nothing', {}, undefined, ''],
  ])('of %s reaches the vendor', async (name, request, type, body) => {
    const bank = await openBank();
    const { act } = openDesk(bank, { raw });
    given[name] = { method: 'DELETE', path: '/a', ...request };
    expect(await act((client) => client.raw(name))).toEqual({ id: 'p_1' });
    expect(bank.got[0]?.headers['content-type']).toBe(type);
    expect(bank.got[0]?.body).toEqual(Buffer.from(body));
  });

  it.each([
    [
      'parts',
      {
        multipart: [
          { name: 'a', value: '1' },
          { name: 'f"\r\n', filename: 'a.pdf', type: 'application/pdf', value: bytes },
        ],
      },
    ],
    ['a FormData of texts', { body: form }],
  ])('of %s is multipart, the same at each sending', async (name, request) => {
    const bank = await openBank();
    bank.answer = (_request, response) => {
      if (bank.got.length === 1) response.destroy();
      else response.writeHead(200, ours).end('{}');
    };
    const keyed = {
      safety: { kind: 'keyed', windowMs: 3_600_000 },
      request: (make: string, { key }: { readonly key: string }): HttpRequest =>
        ({
          ...(given[make] as HttpRequest),
          headers: { 'idempotency-key': key },
        }) as HttpRequest,
    } as const;
    const { act } = openDesk(bank, { keyed });
    given[name] = { method: 'POST', path: '/a', ...request };
    await act((client) => client.keyed(name));
    const [first, second] = bank.got;
    expect(second?.body).toEqual(first?.body);
    const read = await new Response(first?.body as never, {
      headers: { 'content-type': String(first?.headers['content-type']) },
    }).formData();
    const entries = await Promise.all(
      [...read].map(async ([part, value]) => [
        part,
        typeof value === 'string' ? value : [value.name, value.type, new Uint8Array(await value.arrayBuffer())],
      ]),
    );
    if (name === 'parts')
      expect(entries).toEqual([
        ['a', '1'],
        ['f"\r\n', ['a.pdf', 'application/pdf', bytes]],
      ]);
    else
      expect(entries).toEqual([
        ['a', '1'],
        ['a', 'größe'],
      ]);
  });

  it.each([
    ['a Map', { body: { by: new Map() } }, /field by is a Map/],
    ['a Set', { body: new Set(['a']) }, /whole is a Set/],
    ['bytes in JSON', { body: { file: Buffer.from('a') } }, /field file holds bytes/],
    ['a BigInt', { body: { n: 1n } }, /field n is a BigInt/],
    ['NaN', { body: { n: Number.NaN } }, /field n is NaN/],
    ['a stream', { body: Readable.from(['a']) }, /whole is a stream/],
    ['a web stream', { body: new Blob(['a']).stream() }, /whole is a stream/],
    ['a Blob', { body: new Blob(['a']) }, /whole is a Blob.*read a file into bytes/],
    ['a promise', { body: Promise.resolve({}) }, /whole is a promise/],
    ['a file in a form', { body: fileForm() }, /a part f that is neither text nor bytes/],
    ['two bodies', { body: {}, form: {} }, /more than one of body, form and multipart/],
    ['a smuggled header', { multipart: [{ name: 'a', value: 'b', type: 'text/plain\r\nx: y' }] }, /names a type of a/],
    [
      'a credential',
      { headers: { Authorization: 'Bearer RecognisableSecret' } },
      /header authorization, which the ledger would keep/,
    ],
    ['a header beyond Latin-1', { headers: { 'x-name': 'Ann €' } }, /header x-name that holds what no header can/],
    ['a name of two words', { headers: { 'x y': 'Ann' } }, /a header whose name is none: x y/],
    ['a length', { headers: { 'content-length': '5' } }, /header content-length/],
    ['a method', { method: 'GET' }, /the method GET/],
  ])('of %s is refused by name before anything is recorded', async (name, request, message) => {
    const bank = await openBank();
    const { act, oncely } = openDesk(bank, { raw });
    given[name] = { method: 'POST', path: '/a', ...request };
    const refused = await act((client) => client.raw(name));
    expect(refused).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) });
    expect(String(refused)).not.toContain('RecognisableSecret');
    expect([bank.got.length, (await oncely.effects.list()).effects.length]).toEqual([0, 0]);
  });
});

describe('credentials', () => {
  it('are asked for at each request, of a token service too, and are no identity', async () => {
    const bank = await openBank();
    let turn = 0;
    const headers = async () => ({ Authorization: `Bearer ${(turn += 1)}`, 'x-left': undefined as never });
    const { act, oncely } = openDesk(bank, { send }, { headers });
    const request = { method: 'POST', path: '/a', headers: { 'Idempotency-Key': 'k' } } as const;
    for (let run = 0; run < 2; run += 1) await act((client) => client.send(request));
    await oncely.clients.bank.read('/a');
    expect(bank.got.map(({ headers: got }) => [got.authorization, got['idempotency-key']])).toEqual([
      ['Bearer 1', 'k'],
      ['Bearer 2', undefined],
    ]);
  });

  it('that cannot be had leave nothing sent', async () => {
    const bank = await openBank();
    const { act, state } = openDesk(bank, { send }, { headers: () => Promise.reject(new Error('no token')) });
    const failed = await act((client) => client.send({ method: 'POST', path: '/a' }));
    expect(failed).toMatchObject({ code: 'not_sent', cause: { message: 'no token' } });
    expect([bank.got.length, await state()]).toEqual([0, 'ready']);
  });

  it('and addresses are those of the account, where there are many', async () => {
    const [north, south] = [await openBank(), await openBank()];
    const ledger = memoryLedger();
    const start = () =>
      createOncely({
        ledger,
        drainOnSigterm: false,
        clients: {
          bank: httpAdapter({
            vendor: 'bank',
            accounts: 'many',
            url: (account) => (account === 'north' ? north : south).url,
            headers: (account) => ({ authorization: account }),
            own: () => true,
            operations: { send },
          }),
        },
      });
    const request = { method: 'POST', path: '/a' } as const;
    for (const oncely of [start(), start()]) {
      for (const account of ['north', 'south']) {
        await oncely.scope({ businessId: account, workflowId: 'payroll' }, () =>
          oncely.effect('act', () => oncely.clients.bank(account).send(request)),
        );
      }
    }
    expect([north, south].map(({ got }) => got.map(({ headers }) => headers.authorization))).toEqual([
      ['north'],
      ['south'],
    ]);
  });
});

describe('the time for an answer', () => {
  const slow = async () => {
    const bank = await openBank();
    bank.answer = (_request, response) => void setTimeout(() => response.writeHead(200, ours).end('{}'), 400);
    return bank;
  };
  it.each([
    ['that of the operation, before that of the adapter', 5_000, 100, 'stopped'],
    ['that of the adapter', 100, undefined, 'stopped'],
    ['none of its own', 0, undefined, 'succeeded'],
    ['none of the operation’s own', 100, 0, 'succeeded'],
  ])('is %s', async (_what, adapter, operation, ends) => {
    const bank = await slow();
    const { act, state } = openDesk(
      bank,
      { send: { ...send, ...(operation === undefined ? {} : { timeoutMs: operation }) } },
      { timeoutMs: adapter },
    );
    await act((client) => client.send({ method: 'POST', path: '/a' }));
    expect([bank.got.length, await state()]).toEqual([1, ends]);
  });

  it('is never longer than the lease', async () => {
    const bank = await slow();
    const { act } = openDesk(bank, { send }, { timeoutMs: 60_000 }, { leaseMs: 200 });
    expect(await act((client) => client.send({ method: 'POST', path: '/a' }))).toMatchObject({ code: 'stopped' });
  });

  it('of a read is bounded too', async () => {
    const bank = await slow();
    const { oncely } = openDesk(bank, { send }, { timeoutMs: 100 });
    await expect(oncely.clients.bank.read('/a')).rejects.toThrow(/timeout/);
  });

  it.each([-1, Number.NaN, Infinity, '5'])('is refused where it is %j', (timeoutMs) => {
    const build = (): unknown =>
      httpAdapter({
        vendor: 'bank',
        url: 'http://127.0.0.1:1',
        own: () => true,
        operations: { send: { ...send, timeoutMs: timeoutMs as number } },
      });
    expect(build).toThrow(/timeoutMs of send/);
  });
});

it.each(['read', 'then'])('an operation cannot be called %s', (name) => {
  const build = (): unknown =>
    httpAdapter({ vendor: 'bank', url: 'http://127.0.0.1:1', own: () => true, operations: { [name]: send } });
  expect(build).toThrow(`cannot be called ${name}`);
});

function fileForm(): FormData {
  const form = new FormData();
  form.append('f', new Blob(['a']), 'a.txt');
  return form;
}
