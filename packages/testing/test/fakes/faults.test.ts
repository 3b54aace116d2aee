import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { randomFault } from '../../src/fakes/faults.ts';
import type { Fault } from '../../src/fakes/faults.ts';
import { json, startHttpFake } from '../../src/fakes/http-fake.ts';
import type { HttpFake } from '../../src/fakes/http-fake.ts';

type Effect = { operation: string; body: string };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

/** A vendor without rules of its own: each POST that is handled is an effect. */
async function startPlain(): Promise<HttpFake<Effect>> {
  const effects: Effect[] = [];
  const fake = await startHttpFake<Effect>(
    {
      effects,
      isWrite: ({ method }) => method === 'POST',
      async handle(request, { hold, failure }) {
        await hold?.();
        if (failure?.after === 'before_effect') return failure.answer;
        if (request.method === 'POST') effects.push({ operation: request.path, body: request.body });
        return failure?.answer ?? json(200, { done: request.body, effects: effects.length });
      },
      rateLimited: (retryAfterS) => json(429, { slow: 'down' }, { 'retry-after': String(retryAfterS) }),
      failed: (status) => json(status, { vendor: 'failed' }),
    },
    () => 1_700_000_000_000,
  );
  open.push(fake);
  return fake;
}

function post(fake: HttpFake<Effect>, body = 'x', path = '/write'): Promise<Response> {
  return fetch(`${fake.url}${path}`, { method: 'POST', body });
}

/** What the client sees: the status and type of an answer that it read whole, or why it could not. */
async function seen(answer: Promise<Response>): Promise<string> {
  try {
    const response = await answer;
    await response.text();
    return `${response.status} ${response.headers.get('content-type')}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const jsonType = 'application/json';

describe('each fault, as the client sees it and as it was', () => {
  const cases: [Fault, seen: string, effects: number][] = [
    [{ kind: 'reset_before_effect' }, 'fetch failed', 0],
    [{ kind: 'reset_after_effect' }, 'fetch failed', 1],
    [{ kind: 'status', status: 503, after: 'before_effect' }, `503 ${jsonType}`, 0],
    [{ kind: 'status', status: 500, after: 'before_effect', stored: true }, `500 ${jsonType}`, 0],
    [{ kind: 'status', status: 500, after: 'after_effect' }, `500 ${jsonType}`, 1],
    [
      { kind: 'status', status: 500, after: 'after_effect', body: '<x>', headers: { 'content-type': 'a/b' } },
      '500 a/b',
      1,
    ],
    [{ kind: 'truncate' }, 'terminated', 1],
    [{ kind: 'delay', ms: 1 }, `200 ${jsonType}`, 1],
    [{ kind: 'slow_execution', ms: 1 }, `200 ${jsonType}`, 1],
    [{ kind: 'late_landing', ms: 1 }, 'fetch failed', 1],
    [{ kind: 'rate_limited', retryAfterS: 3 }, `429 ${jsonType}`, 0],
    [{ kind: 'gateway_429' }, '429 text/html', 0],
    [{ kind: 'gateway_429', after: 'after_effect' }, '429 text/html', 1],
    [{ kind: 'gateway_502', after: 'before_effect' }, '502 text/html', 0],
    [{ kind: 'gateway_502', after: 'after_effect' }, '502 text/html', 1],
    [{ kind: 'not_json' }, '200 text/html', 1],
    [{ kind: 'no_error_body', status: 404, after: 'before_effect' }, `404 ${jsonType}`, 0],
    [{ kind: 'no_error_body', status: 500, after: 'after_effect' }, `500 ${jsonType}`, 1],
  ];
  it.each(cases)('%o', async (fault, expected, effects) => {
    const fake = await startPlain();
    fake.fail(fault);

    expect(await seen(post(fake))).toBe(expected);
    await fake.settled();
    expect(fake.effects()).toHaveLength(effects);
    expect(fake.requests).toHaveLength(1);
    expect(await seen(post(fake))).toBe(`200 ${jsonType}`);
  });

  it('a delayed answer follows an effect that is there at once', async () => {
    const fake = await startPlain();
    fake.fail({ kind: 'delay', ms: 30 });
    const answer = post(fake);
    await expect.poll(() => fake.effects().length, { interval: 1 }).toBe(1);
    expect((await answer).status).toBe(200);
  });

  it('a slow execution has its effect only at the end, although the client left', async () => {
    const fake = await startPlain();
    fake.fail({ kind: 'slow_execution', ms: 100 });
    const client = new AbortController();
    const answer = fetch(fake.url, { method: 'POST', body: 'x', signal: client.signal });
    await expect.poll(() => fake.requests.length, { interval: 1 }).toBe(1);
    client.abort();
    await expect(answer).rejects.toThrow(/abort/);
    expect(fake.effects()).toHaveLength(0);
    await fake.settled();
    expect(fake.effects()).toHaveLength(1);
  });

  it('a late landing can leave the client hanging', async () => {
    const fake = await startPlain();
    fake.fail({ kind: 'late_landing', ms: 5, hang: true });
    const client = new AbortController();
    const answer = fetch(fake.url, { method: 'POST', body: 'x', signal: client.signal });
    let answered = false;
    const refused = expect(answer.finally(() => (answered = true))).rejects.toThrow(/abort/);
    await expect.poll(() => fake.effects().length, { interval: 1 }).toBe(1);
    expect(answered).toBe(false);
    client.abort();
    await refused;
  });

  it('nothing lands behind close', async () => {
    const fake = await startPlain();
    fake.fail({ kind: 'late_landing', ms: 60 });
    await seen(post(fake));
    const settled = fake.settled();
    await fake.close();
    await settled;
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(fake.effects()).toHaveLength(0);
  });
});

describe('rules', () => {
  it('fire in the order given, after skipping what they must, and for writes only', async () => {
    const fake = await startPlain();
    fake.fail({ kind: 'gateway_429' }, { skip: 1, times: 2 });
    fake.fail({ kind: 'gateway_502', after: 'before_effect' });
    expect((await fetch(fake.url)).status).toBe(200);
    const statuses = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await post(fake)).status);
    expect(statuses).toEqual([502, 429, 429, 200, 200]);
  });

  it('match picks any request, reads too', async () => {
    const fake = await startPlain();
    fake.fail({ kind: 'not_json' }, { match: ({ path, query }) => path === '/a' && query.get('b') === 'c?d' });
    expect((await post(fake)).headers.get('content-type')).toBe(jsonType);
    expect((await fetch(`${fake.url}/a?b=c?d`)).headers.get('content-type')).toBe('text/html');
  });

  it('random faults repeat with their seed, and heal ends them', async () => {
    const run = async (): Promise<string[]> => {
      const fake = await startPlain();
      let seed = 42;
      const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
      fake.failRandomly({ random, rates: { gateway_502: 0.3, reset_after_effect: 0.3 } });
      const results = [];
      for (let count = 0; count < 20; count += 1) results.push(await seen(post(fake)));
      fake.heal();
      expect(await seen(post(fake))).toBe(`200 ${jsonType}`);
      return results;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set(['502 text/html', 'fetch failed', `200 ${jsonType}`]));
    expect(await run()).toEqual(first);
  });

  it('a random fault of every kind can be made', () => {
    const kinds = [
      'reset_before_effect',
      'reset_after_effect',
      'status',
      'truncate',
      'delay',
      'slow_execution',
      'late_landing',
      'rate_limited',
      'gateway_429',
      'gateway_502',
      'not_json',
      'no_error_body',
    ] as const satisfies readonly Fault['kind'][];
    expect(kinds.map((kind) => randomFault(kind, () => 0.5).kind)).toEqual(kinds);
  });

  it('effects can be filtered by operation and by predicate', async () => {
    const fake = await startPlain();
    await post(fake, 'one', '/a');
    await post(fake, 'two', '/b');
    expect(fake.effects('/a')).toEqual([{ operation: '/a', body: 'one' }]);
    expect(fake.effects(({ body }) => body === 'two')).toHaveLength(1);
    expect(fake.requests.map(({ path, at }) => [path, at])).toEqual([
      ['/a', 1_700_000_000_000],
      ['/b', 1_700_000_000_000],
    ]);
  });
});

describe('connections', () => {
  it('refuse closes the port and every connection, and opens the same port again', async () => {
    const fake = await startPlain();
    await post(fake);
    fake.fail({ kind: 'slow_execution', ms: 100 });
    const cut = seen(post(fake));
    await expect.poll(() => fake.requests.length, { interval: 1 }).toBe(2);
    await fake.refuse(true);
    await fake.refuse(true);
    expect(await cut).toBe('fetch failed');
    await expect(post(fake)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await fake.settled();
    expect(fake.effects()).toHaveLength(2);
    await fake.refuse(false);
    await fake.refuse(false);
    expect((await post(fake)).status).toBe(200);
  });

  it('a client that dies before its last byte has sent nothing, one that dies after it has', async () => {
    const fake = await startPlain();
    const bytes = 'POST /write HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody';
    for (let length = 1; length <= bytes.length; length += 1) {
      await new Promise<void>((resolve, reject) => {
        const client = connect(fake.port, fake.host);
        client.on('error', reject);
        client.on('close', () => resolve());
        client.write(bytes.slice(0, length), () => client.destroy());
      });
    }
    await expect.poll(() => fake.effects().length, { interval: 1 }).toBe(1);
    expect((await post(fake)).status).toBe(200);
    expect(fake.requests).toHaveLength(2);
  });

  it('keeps connections alive', async () => {
    const fake = await startPlain();
    const client = connect(fake.port, fake.host);
    let received = '';
    client.on('data', (chunk) => (received += chunk.toString()));
    for (let count = 1; count <= 3; count += 1) {
      client.write('POST /write HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx');
      await expect.poll(() => received.split('200 OK').length - 1, { interval: 1 }).toBe(count);
    }
    client.destroy();
  });
});
