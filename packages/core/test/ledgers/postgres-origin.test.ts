import { execFileSync } from 'node:child_process';
import { chownSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PGlite } from '@electric-sql/pglite';
import { startPgbouncer } from '@oncely/testing/servers/pgbouncer';
import type { PostgresServer } from '@oncely/testing/servers/postgres';
import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { Client, type Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Ledger } from '../../src/ledger.ts';
import { postgresLedger, postgresWorkerGrants, type PostgresClient } from '../../src/ledgers/postgres.ts';
import { claimOf, failureOf, ownServer, persistently, poolOf } from './postgres-server.ts';

/** A server that is killed and comes back must be waited for. */
const patience = { timeout: 60_000 };

/** A ledger as one process has it. */
async function processOn(client: Pool): Promise<Ledger> {
  const ledger = postgresLedger(client);
  await ledger.open();
  return ledger;
}

const claim = (id: string, epoch = 1): Parameters<Ledger['write']>[0] =>
  claimOf(`${id}:desk:refund`, { guard: { epoch } });

/** A copy of a server's data as it is now, as a backup or a standby that lags has it. */
async function copyOf(server: PostgresServer): Promise<string> {
  await server.query('checkpoint');
  await server.kill('SIGKILL');
  const copy = `${server.dataDirectory}.copy`;
  execFileSync('cp', ['-a', server.dataDirectory, copy], { stdio: 'pipe' });
  await server.restart();
  return copy;
}

/** The copy in the place of the data. */
async function putBack(server: PostgresServer, copy: string): Promise<void> {
  await server.kill('SIGKILL');
  rmSync(server.dataDirectory, { recursive: true });
  renameSync(copy, server.dataDirectory);
  await server.restart();
}

/** As a failover does: the server becomes a standby and is promoted, which begins a timeline. */
async function promote(server: PostgresServer): Promise<void> {
  await becomeStandby(server);
  await server.query('select pg_promote()');
}

async function becomeStandby(server: PostgresServer): Promise<void> {
  await server.kill('SIGKILL');
  const signal = join(server.dataDirectory, 'standby.signal');
  writeFileSync(signal, '');
  const { uid, gid } = statSync(server.dataDirectory);
  chownSync(signal, uid, gid);
  await server.restart();
}

describe('a Postgres that is another one than it was', () => {
  it('by a standby that was promoted marks the ledger at the next claim', patience, async () => {
    const server = await ownServer();
    const ledger = await processOn(poolOf(server.url));
    await ledger.write(claim('before'));
    await promote(server);
    const answer = await persistently(ledger, claim('lost'));
    expect(answer).toMatchObject({ kind: 'epoch', info: { epoch: 2, suspectSince: expect.any(Number) } });
    expect(await ledger.write(claim('lost', 2))).toMatchObject({ kind: 'written' });
    // And for a process that begins now.
    expect(await postgresLedger(poolOf(server.url)).open()).toMatchObject({ epoch: 2 });
  });

  it('is noticed by a process that was not there', patience, async () => {
    const server = await ownServer();
    await processOn(poolOf(server.url));
    await promote(server);
    const info = await postgresLedger(poolOf(server.url)).open();
    expect(info).toMatchObject({ epoch: 2, suspectSince: expect.any(Number) });
  });

  it('opens by itself in a process that began in the middle of the failover', patience, async () => {
    const server = await ownServer();
    await processOn(poolOf(server.url));
    await becomeStandby(server);
    const ledger = postgresLedger(poolOf(server.url));
    const error = await failureOf(ledger.open());
    expect([error.code, error.next]).toEqual(['ledger_unavailable', 'retry']);
    expect(error.message).toMatch(/is a standby.*Nothing was sent.*\n {2}fix: in a failover call again/s);
    await server.query('select pg_promote()');
    expect(await ledger.open()).toMatchObject({ epoch: 2, suspectSince: expect.any(Number) });
    expect(await ledger.write(claim('after', 2))).toMatchObject({ kind: 'written' });
  });

  it('by an older copy of its data marks it, by the process that has seen more', patience, async () => {
    const server = await ownServer();
    const ledger = await processOn(poolOf(server.url));
    await ledger.write(claim('before'));
    const copy = await copyOf(server);
    expect(await persistently(ledger, claim('lost'))).toMatchObject({ kind: 'written' });
    await putBack(server, copy);
    expect(await persistently(ledger, claim('lost'))).toMatchObject({ kind: 'epoch', info: { epoch: 2 } });
    expect(await ledger.write(claim('lost', 2))).toMatchObject({ kind: 'written' });
  });

  it('also where others, who know nothing, have written on since', patience, async () => {
    const server = await ownServer();
    const ledger = await processOn(poolOf(server.url));
    const copy = await copyOf(server);
    expect(await persistently(ledger, claim('lost'))).toMatchObject({ kind: 'written' });
    await putBack(server, copy);
    const fresh = await processOn(poolOf(server.url));
    for (let more = 0; more < 50; more += 1) {
      await fresh.write(claimOf(`more_${more}:desk:refund`, { doc: 'x'.repeat(20_000) }));
    }
    expect(await persistently(ledger, claim('other'))).toMatchObject({ kind: 'epoch', info: { epoch: 2 } });
  });

  it('is the same after a restart and after a crash, and nothing is marked', patience, async () => {
    const server = await ownServer();
    const ledger = await processOn(poolOf(server.url));
    const other = await processOn(poolOf(server.url));
    for (const [at, end] of (['SIGKILL', 'SIGTERM'] as const).entries()) {
      await ledger.write(claim(`before_${at}`));
      await server.kill(end);
      await server.restart();
      expect(await persistently(ledger, claim(`after_${at}`))).toMatchObject({ kind: 'written' });
      expect(await persistently(other, claim(`other_${at}`))).toMatchObject({ kind: 'written' });
    }
    expect(await ledger.open()).not.toHaveProperty('suspectSince');
  });

  it('is noticed by a role that may only work, and through a pooler in transaction mode', patience, async () => {
    const server = await ownServer();
    const owner = await processOn(poolOf(server.url));
    await server.query('create role worker login');
    await server.query(postgresWorkerGrants('worker'));
    const url = new URL(server.url);
    url.username = 'worker';
    const worker = await processOn(poolOf(url.href));
    const bouncer = await startPgbouncer({ upstream: server.url, poolMode: 'transaction' });
    onTestFinished(() => bouncer.stop());
    const pooled = await processOn(poolOf(bouncer.url));
    await promote(server);
    expect(await persistently(worker, claim('a'))).toMatchObject({ kind: 'epoch', info: { epoch: 2 } });
    expect(await persistently(pooled, claim('a'))).toMatchObject({ kind: 'epoch', info: { epoch: 2 } });
    expect(await persistently(owner, claim('a', 2))).toMatchObject({ kind: 'written' });
  });

  it('and does not tell what it is, as some managed ones, is used as before', async () => {
    const pool = poolOf(await sharedPostgresUrl());
    const silent: PostgresClient = {
      query: async (sql, values) => {
        if (/^\s*select \S+notice_origin/.test(sql)) throw Object.assign(new Error('not supported'), { code: '0A000' });
        return pool.query(sql, values);
      },
    };
    const ledger = postgresLedger(silent, { schema: `silent_${process.pid}` });
    await ledger.open();
    const many = Array.from({ length: 3 }, (_, at) => ledger.write(claim(`many_${at}`)));
    expect(await Promise.all(many)).toMatchObject([{ kind: 'written' }, { kind: 'written' }, { kind: 'written' }]);
    expect(await ledger.write(claim('a'))).toMatchObject({ kind: 'written' });
  });
});

describe('a Postgres client in a transaction of the application', () => {
  let serial = 0;
  const place = (): { schema: string } => ({ schema: `inside_${process.pid}_${(serial += 1)}` });
  const connected = async (): Promise<Client> => {
    const client = new Client({ connectionString: await sharedPostgresUrl() });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  };

  it.each([
    ['a client', async () => connected()],
    [
      'a client of a pool',
      async () => {
        const client = await poolOf(await sharedPostgresUrl()).connect();
        onTestFinished(() => client.release(true));
        return client;
      },
    ],
    [
      'a query builder around it',
      async () => {
        const client = await connected();
        return { query: async (sql: string, values: unknown[] = []) => client.query(sql, values) };
      },
    ],
  ] as const)('is refused, and stores nothing: %s', async (_what, connect) => {
    const client: PostgresClient = (await connect()) as PostgresClient;
    const ledger = postgresLedger(client, place());
    await ledger.open();
    for (const [work, values] of [
      [() => ledger.write(claim('a'))],
      [async () => Promise.all([ledger.write(claim('a')), ledger.write(claim('b'))])],
      [() => ledger.writeWorkflow({ workflow: 'a:desk', expect: 0, state: 'paused', doc: '' })],
      [() => ledger.markSuspect(5)],
      [() => ledger.raiseEpoch()],
      [() => ledger.open()],
    ] as readonly [() => Promise<unknown>, unknown?][]) {
      await client.query('begin', []);
      const error = await failureOf(work());
      await client.query('rollback', []);
      expect(error.code).toBe('ledger_unusable');
      expect(error.message).toMatch(/a transaction that somebody else ends.*\n {2}fix: give the ledger a pool/s);
      expect(values).toBeUndefined();
    }
    expect((await ledger.list({ limit: 5 })).rows).toEqual([]);
    expect(await ledger.open()).toMatchObject({ epoch: 1 });
    expect(await ledger.write(claim('a'))).toMatchObject({ kind: 'written' });
  });

  it('is refused: a transaction of PGlite', patience, async () => {
    const lite = await PGlite.create();
    onTestFinished(() => lite.close());
    const outside = postgresLedger(lite as unknown as PostgresClient, { allowUnsafe: true });
    await outside.open();
    let error: unknown;
    // What the server refused it rolls back, and PGlite says so.
    await lite
      .transaction(async (tx) => {
        const inside = postgresLedger(tx as unknown as PostgresClient, { allowUnsafe: true });
        error = await failureOf(inside.write(claim('a')));
      })
      .catch(() => undefined);
    expect(error).toMatchObject({ code: 'ledger_unusable' });
    expect(await outside.write(claim('a'))).toMatchObject({ kind: 'written' });
  });
});
