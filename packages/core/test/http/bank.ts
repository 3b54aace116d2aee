import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createOncely, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { httpAdapter, type HttpAdapterOptions, type HttpOperation } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { onTestFinished } from 'vitest';

/** A request as it reached the bank. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server in this process that answers as the test says, and what reached it. */
export interface Bank {
  readonly url: string;
  readonly got: Got[];
  /** Those that write. */
  readonly writes: () => readonly Got[];
  answer: (request: Got, response: ServerResponse) => void;
}

export const ours = { 'x-bank': '1', 'content-type': 'application/json' };

export async function openBank(): Promise<Bank> {
  const got: Got[] = [];
  const bank = {
    url: '',
    got,
    writes: () => got.filter(({ method }) => method !== 'GET'),
    answer: (_request: Got, response: ServerResponse): void => {
      response.writeHead(201, ours).end(JSON.stringify({ id: `p_${bank.writes().length}` }));
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: Buffer.concat(chunks) };
      got.push(whole);
      bank.answer(whole, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  bank.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return bank;
}

export const unverifiable = { kind: 'unverifiable' } as const;

// oxlint-disable-next-line typescript/no-explicit-any -- each test has an input and output of its own
export type AnyOperation = HttpOperation<any, any>;

type Started<Operations extends Readonly<Record<string, AnyOperation>>> = Oncely<{
  readonly bank: ReturnType<typeof httpAdapter<Operations>>;
}>;

export interface Desk<Operations extends Readonly<Record<string, AnyOperation>>> {
  readonly oncely: Started<Operations>;
  /** One effect of a case; what it throws is given. */
  readonly act: (
    work: (client: Started<Operations>['clients']['bank']) => Promise<unknown>,
    businessId?: string,
  ) => Promise<unknown>;
  readonly state: (businessId?: string) => Promise<string | undefined>;
}

export function openDesk<const Operations extends Readonly<Record<string, AnyOperation>>>(
  bank: Pick<Bank, 'url'>,
  operations: Operations,
  more: Partial<HttpAdapterOptions<Operations, 'one'>> = {},
  options: Partial<OncelyOptions<Record<never, never>>> & { readonly ledger?: Ledger } = {},
): Desk<Operations> {
  const oncely = createOncely({
    ledger: memoryLedger(),
    waitMs: 2_000,
    maxAttempts: 2,
    drainOnSigterm: false,
    ...options,
    clients: {
      bank: httpAdapter<Operations>({
        vendor: 'bank',
        url: bank.url,
        landingBoundMs: 0,
        own: ({ headers }) => headers['x-bank'] !== undefined,
        ...more,
        operations,
      }),
    },
  });
  const slot = (businessId: string): string => `${businessId}:payroll:act`;
  return {
    oncely,
    act: (work, businessId = 'ann') =>
      oncely
        .scope({ businessId, workflowId: 'payroll' }, () => oncely.effect('act', () => work(oncely.clients.bank)))
        .catch((error: unknown) => error),
    state: async (businessId = 'ann') => (await oncely.effects.get(slot(businessId)))?.state,
  };
}
