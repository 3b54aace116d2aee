import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { EventEmitter } from 'node:events';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { describe, expect, it, vi } from 'vitest';

const endedPool = new Pool();
await endedPool.end();

const asked = async (): Promise<never> => Promise.reject(new Error('not asked here'));

describe.each([
  ['pg', (client: EventEmitter) => postgresLedger(Object.assign(client, { query: asked }))],
  ['node-redis', (client: EventEmitter) => redisLedger(Object.assign(client, { sendCommand: asked }))],
])('the end of an idle line of a client of %s', (_name, open) => {
  it('does not end the process where nobody listens', () => {
    const client = new EventEmitter();
    expect(() => client.emit('error', new Error('terminated'))).toThrow('terminated');
    open(client);
    open(client);
    expect(() => client.emit('error', new Error('terminated'))).not.toThrow();
    expect(client.listenerCount('error')).toBe(1);
  });

  it('is told to who listens', () => {
    const client = new EventEmitter();
    const heard = vi.fn<() => void>();
    client.on('error', heard);
    open(client);
    client.emit('error', new Error('terminated'));
    expect([heard.mock.calls.length, client.listenerCount('error')]).toEqual([1, 1]);
  });
});

it.each([
  ['connect()', redisLedger(createClient())],
  ['end the pool after', postgresLedger({ query: async () => endedPool.query('select 1') })],
])('a client that is closed is told of with what to do: %s', async (fix, ledger) => {
  const told = await ledger.open().catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 'ledger_unavailable', message: expect.stringContaining(fix) });
});
