import { createOncely } from '@oncely/core';
import { httpAdapter, type HttpAdapterOptions } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';

// What stands between an adapter from a table and its vendor may answer in its place: also a look-up, also elsewhere.

const ours = { 'x-tracker-request': 'r_1', 'content-type': 'application/json' };

async function serve(answer: RequestListener): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function start(url: string, more: Partial<HttpAdapterOptions<never>> = {}) {
  const tracker = httpAdapter({
    vendor: 'tracker',
    url,
    landingBoundMs: 0,
    headers: () => ({ 'x-api-key': 'RecognisableSecretOfOurs' }),
    own: ({ headers }) => headers['x-tracker-request'] !== undefined,
    ...more,
    operations: {
      create: {
        safety: { kind: 'probed' },
        request: (input: { title: string }) => ({ method: 'POST', path: '/issues', body: input }),
        findsBy: 'content',
        find: async (read) => (await read('/issues')) as object[],
        path: (id) => `/issues/${id}`,
      },
      remove: { safety: { kind: 'natural' }, request: (id: string) => ({ method: 'DELETE', path: `/issues/${id}` }) },
    },
  });
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: { tracker },
    waitMs: 300,
    maxAttempts: 2,
    drainOnSigterm: false,
  });
  const write = (work: (client: typeof oncely.clients.tracker) => Promise<unknown>): Promise<unknown> =>
    oncely
      .scope({ businessId: 'ticket_7', workflowId: 'triage' }, () =>
        oncely.effect('write', () => work(oncely.clients.tracker)),
      )
      .catch((error: unknown) => error);
  return { oncely, write, state: async () => (await oncely.effects.get('ticket_7:triage:write'))?.state };
}

const sent = ({ requests }: { requests: IncomingMessage[] }): number =>
  requests.filter(({ method }) => method !== 'GET').length;

it('a look-up follows nobody to another host, with or without a key', async () => {
  const elsewhere = await serve((_request, response) => response.writeHead(200, ours).end('[]'));
  const server = await serve((request, response) => {
    if (request.method === 'GET') response.writeHead(302, { location: `${elsewhere.url}/issues` }).end();
    else request.socket.destroy();
  });
  const { write, oncely, state } = start(server.url);
  await write((client) => client.create({ title: 'A broken cup' }));
  await oncely.recover({ deadlineMs: 1_000 });
  expect(elsewhere.requests.length).toBe(0);
  expect([sent(server), await state()]).toEqual([1, 'in_doubt']);
});

it('a look-up that is not the vendor’s proves nothing, so nothing is sent again', async () => {
  const server = await serve((request, response) => {
    if (request.method === 'GET') response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    else request.socket.destroy();
  });
  const { write, oncely, state } = start(server.url);
  await write((client) => client.create({ title: 'A broken cup' }));
  for (let again = 0; again < 3; again += 1) await oncely.recover({ deadlineMs: 1_000 });
  expect([sent(server), await state()]).toEqual([1, 'in_doubt']);
});

it('an answer that is not the vendor’s is not shown to classify', async () => {
  const server = await serve((_request, response) => response.writeHead(404).end('no such host'));
  const { write, state } = start(server.url, {
    classify: (response) => (response.status === 404 ? { evidence: 'accepted', response } : undefined),
  });
  await write((client) => client.remove('i_1'));
  expect(await state()).not.toBe('succeeded');
});

it('what classify takes for done is done, whatever its status', async () => {
  const server = await serve((_request, response) => response.writeHead(404, ours).end('{"gone":true}'));
  const { write, state } = start(server.url, {
    classify: (response) => (response.status === 404 ? { evidence: 'accepted', response } : undefined),
  });
  expect(await write((client) => client.remove('i_1'))).toEqual({ gone: true });
  expect(await write((client) => client.remove('i_1'))).toEqual({ gone: true });
  expect([server.requests.length, await state()]).toEqual([1, 'succeeded']);
});
