import { Agent } from 'node:http';
import { Duplex } from 'node:stream';

import { exchange, type ExchangeEnd } from '@oncely/core/transport';
import { describe, expect, it } from 'vitest';

/** What mocks throw of a request that no test of theirs answers; none of them lets anything of it out. */
const unanswered: readonly (readonly [string, object, string])[] = [
  ['nock, of a request that nothing matches', { code: 'ERR_NOCK_NO_MATCH', statusCode: 404 }, 'ERR_NOCK_NO_MATCH'],
  ['nock, with the net shut', { name: 'NetConnectNotAllowedError', code: 'ENETUNREACH' }, 'ENETUNREACH'],
  [
    'undici’s mock agent',
    { name: 'MockNotMatchedError', code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED' },
    'UND_MOCK_ERR_MOCK_NOT_MATCHED',
  ],
  [
    'msw, whose error has no code',
    {
      name: 'InternalError',
      message: '[MSW] Cannot bypass a request when using the "error" strategy for the "onUnhandledRequest" option.',
    },
    'InternalError',
  ],
];

/** A socket, as mocks of node:http put one in its place, that fails once something is written. */
function standIn(error: Error): Agent {
  class Socket extends Duplex {
    readonly connecting = true;
    override _read(): void {
      // Nothing comes.
    }
    override _write(): void {
      this.destroy(error);
    }
    setTimeout(): this {
      return this;
    }
    setNoDelay(): this {
      return this;
    }
    setKeepAlive(): this {
      return this;
    }
  }
  const agent = new Agent();
  agent.createConnection = () => new Socket();
  return agent;
}

const sent = (more: Partial<Parameters<typeof exchange>[0]>): Promise<ExchangeEnd> =>
  exchange({
    url: 'http://vendor.test/v1/refunds',
    method: 'POST',
    headers: {},
    body: 'a=1',
    timeoutMs: 5_000,
    permit: { check: () => undefined, remainingMs: () => 5_000 },
    ...more,
  });

describe('a request that a mock does not know was not sent', () => {
  it.each(unanswered)('by node:http: %s', async (_who, shape, reason) => {
    const error = Object.assign(new Error('no match'), shape);
    expect(await sent({ agent: standIn(error) })).toMatchObject({ kind: 'not_sent', reason });
  });

  it.each(unanswered)('by fetch: %s', async (_who, shape, reason) => {
    const error = Object.assign(new Error('no match'), shape);
    const fetch = async (): Promise<never> => {
      throw error;
    };
    expect(await sent({ fetch })).toMatchObject({ kind: 'not_sent', reason });
  });

  it.each([
    { name: 'InternalError', message: 'the vendor broke' },
    { name: 'Error', message: '[MSW] a handler of the test threw' },
    { code: 'ECONNRESET' },
  ])('and what a mock says of anything else proves nothing: %j', async (shape) => {
    const error = Object.assign(new Error('other'), shape);
    expect(await sent({ agent: standIn(error) })).toMatchObject({ kind: 'lost' });
  });
});
