import { setTimeout as sleep } from 'node:timers/promises';

import type { Ledger } from '@oncely/core';
import { startRedis, startRedisReplica, type RedisServer, type StartRedisOptions } from '@oncely/testing/servers/redis';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';

import { isOncelyError, type OncelyError } from '../../src/errors.ts';
import { redisLedger, type RedisOptions } from '../../src/ledgers/redis.ts';

type WriteCommand = Parameters<Ledger['write']>[0];

interface ClientOptions {
  readonly username?: string;
  readonly password?: string;
  readonly enableReadyCheck?: boolean;
  readonly maxRetriesPerRequest?: number;
}

/** A server for one test, which may kill it. */
export async function privateRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis(promptly(options));
  onTestFinished(() => server.stop());
  return server;
}

export async function privateReplica(of: RedisServer, options: StartRedisOptions = {}): Promise<RedisServer> {
  const replica = await startRedisReplica(of, promptly(options));
  onTestFinished(() => replica.stop());
  return replica;
}

/** A master that is shut down does not wait for a replica that has gone. */
function promptly(options: StartRedisOptions): StartRedisOptions {
  return { ...options, settings: { 'shutdown-timeout': '0', ...options.settings } };
}

/** A client that reconnects at once, for one test. */
export function clientOf(at: { readonly host: string; readonly port: number }, options: ClientOptions = {}): Redis {
  const client = new Redis(at.port, at.host, options);
  client.options.retryStrategy = () => 20;
  client.on('error', () => undefined); // what the callers are told is what counts
  onTestFinished(() => client.disconnect());
  return client;
}

/** A ledger as a process of its own has it, and what it was warned of. */
export function ledgerOn(client: Redis, options: RedisOptions = {}): { ledger: Ledger; warnings: string[] } {
  const warnings: string[] = [];
  return { ledger: redisLedger(client, { onWarning: (message) => warnings.push(message), ...options }), warnings };
}

export function claimOf(slot: string, epoch: number, of: Partial<WriteCommand> = {}): WriteCommand {
  return {
    slot,
    expect: 0,
    doc: `claim of ${slot}`,
    index: { state: 'executing' },
    events: [],
    guard: { epoch },
    ...of,
  };
}

/** The replica has what the master has acknowledged so far, and gets nothing more from it. */
export async function cutReplication(master: RedisServer, replica: RedisServer): Promise<void> {
  const offset = async (server: RedisServer): Promise<string | undefined> =>
    /master_repl_offset:(\d+)/.exec(String(await server.command('INFO', 'replication')))?.[1];
  while ((await offset(master)) !== (await offset(replica))) await sleep(5);
  await replica.command('REPLICAOF', '127.0.0.1', '1');
}

/** As Sentinel does when the master is gone: the replica takes writes, and clients are sent to it. */
export async function promote(replica: RedisServer, clients: readonly Redis[] = []): Promise<void> {
  await replica.command('REPLICAOF', 'NO', 'ONE');
  for (const client of clients) {
    client.options.port = replica.port;
    if (client.status === 'ready') client.disconnect(true);
  }
}

/** As a session does: the same command until it is answered. */
export async function persistently(ledger: Ledger, command: WriteCommand): ReturnType<Ledger['write']> {
  for (;;) {
    try {
      return await ledger.write(command);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ledger_unavailable') throw error;
      await sleep(5);
    }
  }
}

/** The error, which must be one of ours. */
export async function failure(work: Promise<unknown>): Promise<OncelyError> {
  const error: unknown = await work.then(
    () => new Error('it was taken'),
    (reason: unknown) => reason,
  );
  if (!isOncelyError(error)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}
