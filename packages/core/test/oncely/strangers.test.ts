import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  createOncely,
  defineAdapter,
  defineOperation,
  type Adapter,
  type Oncely,
  type Operation,
  type Permit,
  type ProbeAnswer,
  type SafetyClass,
  type Verdict,
} from '@oncely/core';
import { entrust } from '@oncely/core/adapter';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { exchange } from '@oncely/core/transport';
import { afterEach, describe, expect, it } from 'vitest';

import { desk } from './vendor.ts';

/** A vendor that does what it is asked before it answers, if it answers. */
interface Bank {
  readonly url: string;
  readonly paid: string[];
  answer: (response: import('node:http').ServerResponse) => void;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

async function openBank(): Promise<Bank> {
  const bank = { url: '', paid: [] as string[], answer: () => {} } as { -readonly [K in keyof Bank]: Bank[K] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bank.paid.push(Buffer.concat(chunks).toString());
      bank.answer(response);
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  bank.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/payments`;
  return bank;
}

type Send = (request: string, permit: Permit) => Promise<Verdict>;
type Pay = { pay(): Promise<unknown> };
type Stranger = Oncely<{ readonly stranger: Adapter<Pay, 'one'> }>;

function strangerOf(
  send: Send,
  {
    safety = { kind: 'unverifiable' },
    probe = async () => ({ kind: 'cannot_know', reason: 'it shows nothing' }),
    prepare = (keys) => JSON.stringify(keys),
    ...declared
  }: Partial<Operation> & {
    probe?: () => Promise<ProbeAnswer>;
    prepare?: (keys: { key: string; marker: string }) => string;
  } = {},
): Stranger {
  const operation = defineOperation({ name: 'stranger.pay', landingBoundMs: 0, ...declared, safety });
  const adapter = defineAdapter<Pay, 'one'>({
    vendor: 'stranger',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        pay: () =>
          runtime.perform({
            operation,
            parameters: {},
            prepare,
            send,
            passThrough: () => Promise.reject(new Error('not in these tests')),
          }),
      },
      resend: (target, permit) => send(target.request, permit),
      probe,
      restore: () => Promise.reject(new Error('nothing to read')),
    }),
  });
  return createOncely({ drainOnSigterm: false, waitMs: 300, ledger: memoryLedger(), clients: { stranger: adapter } });
}

const pay = (oncely: Stranger): Promise<unknown> =>
  oncely.scope(desk, () => oncely.effect('pay', () => oncely.clients.stranger.pay())).catch((error: unknown) => error);

/** What a stranger writes who has not read of the permit: fetch with a time-out, and its end for a no. */
const byFetch =
  (url: string, ended: (error: unknown) => Verdict): Send =>
  async (body) => {
    try {
      const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(40) });
      const response = { status: answer.status, headers: {}, body: await answer.text() };
      if (answer.ok) return { evidence: 'accepted', response };
      return answer.status === 429
        ? { evidence: 'not_applied', reason: 'rate_limit', response }
        : { evidence: 'rejected', reason: 'bad', response };
    } catch (error) {
      return ended(error);
    }
  };

const asNo = (cause: unknown): Verdict => ({ evidence: 'not_applied', reason: 'timeout', cause });
const asDoubt = (cause: unknown): Verdict => ({ evidence: 'unknown', reason: 'timeout', cause });
const thrown = (error: unknown): never => {
  throw error;
};

describe('C20: an adapter that sends without permit.check()', () => {
  it.each([
    ['calls its time-out a no', asNo, undefined],
    ['calls its time-out a doubt', asDoubt, undefined],
    ['throws its time-out', thrown, undefined],
    ['was answered with a yes', thrown, 200],
    ['was answered with a 429', thrown, 429],
    ['was answered with a no', thrown, 400],
  ])('sends once and is told so, where it %s', async (_what, ended, status) => {
    const bank = await openBank();
    bank.answer = (response) => void (status === undefined || response.writeHead(status).end('{}'));
    const oncely = strangerOf(byFetch(bank.url, ended));
    const first = await pay(oncely);
    expect(first).toMatchObject({ code: 'in_doubt', next: 'fix-code', cause: { code: 'invalid_config' } });
    expect((first as Error).message).toMatch(/stranger\.pay.*permit\.check\(\)/s);
    const second = await pay(oncely);
    await oncely.recover({ deadlineMs: 500 });
    expect(second).toMatchObject({ code: 'stopped', message: expect.stringContaining('sent_without_check') });
    expect(bank.paid).toHaveLength(1);
  });

  it.each<SafetyClass>([{ kind: 'probed' }, { kind: 'keyed', windowMs: 60_000 }])(
    'is not sent again in the same call either: $kind',
    async (safety) => {
      const bank = await openBank();
      const oncely = strangerOf(byFetch(bank.url, asNo), { safety });
      expect(await pay(oncely)).toMatchObject({ code: 'in_doubt', next: 'fix-code' });
      expect(bank.paid).toHaveLength(1);
    },
  );

  it.each<[string, Send]>([
    ['its verdict says neverSent', async () => ({ evidence: 'not_applied', reason: 'no_token', neverSent: true })],
    [
      'its hook asks at the last moment',
      async (_request, permit) => {
        entrust(permit);
        return { evidence: 'unknown', reason: 'no_token' };
      },
    ],
    [
      'exchange was given the permit and nobody listens',
      async (body, permit) => {
        const end = await exchange({
          url: 'http://127.0.0.1:1',
          method: 'POST',
          headers: {},
          body,
          timeoutMs: 500,
          permit,
        });
        return { evidence: end.kind === 'lost' ? 'unknown' : 'not_applied', reason: 'ECONNREFUSED' };
      },
    ],
  ])('is one that sent nothing where %s', async (_what, send) => {
    const oncely = strangerOf(send);
    expect(await pay(oncely)).toMatchObject({ code: 'not_sent' });
    expect(await oncely.effects.get('invoice_1:desk:pay')).toMatchObject({ state: 'ready' });
  });
});

describe('C20: a probed operation', () => {
  const lost: Send = async (_request, permit) => {
    permit.check();
    return { evidence: 'unknown', reason: 'ECONNRESET' };
  };
  const safety = { kind: 'probed' } as const;

  it('whose request never carries the marker is refused before anything is sent', async () => {
    let sends = 0;
    const send: Send = (request, permit) => {
      sends += 1;
      return lost(request, permit);
    };
    const oncely = strangerOf(send, { safety, prepare: ({ key }) => JSON.stringify({ key }) });
    const error = await pay(oncely);
    expect(error).toMatchObject({ code: 'invalid_config', message: expect.stringContaining('keys.marker') });
    expect((error as Error).message).toContain('stranger.pay');
    expect(sends).toBe(0);
    expect(await oncely.effects.get('invoice_1:desk:pay')).toBeUndefined();
  });

  it('may carry it inside of bytes, or declare that it is found by its content', async () => {
    for (const front of ['', 'a', 'ab']) {
      const prepare = ({ marker }: { marker: string }): string => Buffer.from(`${front}${marker}&`).toString('base64');
      expect(await pay(strangerOf(lost, { safety, prepare }))).toMatchObject({ code: 'stopped' });
    }
    const content = strangerOf(lost, { safety, findsBy: 'content', prepare: () => 'plain' });
    expect(await pay(content)).toMatchObject({ code: 'stopped' });
  });

  it('of a connection without a probe is refused when it is connected', () => {
    const probe = 'none' as unknown as () => Promise<ProbeAnswer>;
    expect(() => strangerOf(lost, { safety, probe }).clients.stranger).toThrow(/stranger.*without probe/s);
  });
});
