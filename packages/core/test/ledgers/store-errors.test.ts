import { inspect } from 'node:util';

import { PGlite } from '@electric-sql/pglite';
import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { Client, Pool } from 'pg';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { OncelyError } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger.ts';
import { postgresLedger, type PostgresClient } from '../../src/ledgers/postgres.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { plainError } from '../../src/plain-error.ts';
import { postgresFailure } from '../../src/postgres/failures.ts';
import { redisFailure } from '../../src/redis/failures.ts';
import { sqliteFailure } from '../../src/sqlite/failures.ts';
import { claimOf, failureOf, poolOf } from './postgres-server.ts';
import { clientOf, privateRedis } from './redis-server.ts';

const card = '4242424242424242';
const cvc = 'cvc-987';
const password = 'pa55-of-the-url';
const secret = claimOf('case:desk:refund', { doc: `{"card":"${card}","cvc":"${cvc}"}` });

/** All that a logger could print of an error. */
function printed(error: unknown): string {
  return `${inspect(error, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null })}\n${JSON.stringify(error)}`;
}

function expectNoSecret(error: unknown): void {
  for (const planted of [card, cvc, password]) expect(printed(error)).not.toContain(planted);
}

describe('an error of a store holds nothing of the command', () => {
  it.each([
    ['ioredis', (at: { host: string; port: number }): Parameters<typeof redisLedger>[0] => clientOf(at)],
    [
      'node-redis',
      async (at: { host: string; port: number }): Promise<Parameters<typeof redisLedger>[0]> => {
        const client = createClient({ url: `redis://${at.host}:${at.port}` });
        client.on('error', () => undefined);
        await client.connect();
        onTestFinished(() => client.destroy());
        return client;
      },
    ],
  ] as const)('by %s', async (_name, connect) => {
    const server = await privateRedis();
    const ledger = redisLedger(await connect(server));
    await ledger.open();
    await server.command('ACL', 'SETUSER', 'default', '-evalsha', '-eval');
    const forbidden = await failureOf(ledger.write(secret));
    expect(forbidden.code).toBe('ledger_unusable');
    expectNoSecret(forbidden);
    await server.kill('SIGKILL');
    expectNoSecret(await failureOf(redisLedger(await connectLater(server)).write(secret)));
  });

  const connectLater = async (at: { host: string; port: number }): Promise<Redis> =>
    clientOf(at, { maxRetriesPerRequest: 1 });

  it('by pg and its pool, nor the password of the URL', async () => {
    const url = new URL(await sharedPostgresUrl());
    url.password = password;
    const schema = `errors_${process.pid}`;
    const pool = poolOf(url.href);
    const ledger = postgresLedger(pool, { schema });
    await ledger.open();
    await pool.query(`alter table ${schema}.effects add constraint small check (length(doc) < 5)`);
    const refused = await failureOf(ledger.write(secret));
    expect([refused.code, (refused.cause as { code?: unknown }).code]).toEqual(['ledger_unusable', '23514']);
    expectNoSecret(refused);

    url.pathname = '/nowhere';
    const gone = await failureOf(postgresLedger(poolOf(url.href)).open());
    expect([gone.code, gone.message]).toEqual(['ledger_unusable', expect.stringContaining('does not exist')]);
    expectNoSecret(gone);
    url.port = '1';
    const away = await failureOf(postgresLedger(poolOf(url.href)).open());
    expect([away.code, away.message]).toEqual(['ledger_unavailable', expect.stringContaining('ECONNREFUSED')]);
    expectNoSecret(away);
  });

  it('by PGlite, whose errors carry the statement and its parameters', { timeout: 60_000 }, async () => {
    const lite = await PGlite.create();
    onTestFinished(() => lite.close());
    const ledger = postgresLedger(lite as unknown as PostgresClient, { allowUnsafe: true });
    await ledger.open();
    await lite.exec(`alter table oncely.effects add constraint small check (length(doc) < 5)`);
    const refused = await failureOf(ledger.write(secret));
    expect(refused.code).toBe('ledger_unusable');
    expectNoSecret(refused);
  });

  it.each([
    [
      'of a wrapper that repeats statement and parameters',
      (sql: string, values: unknown[], cause: Error): Error =>
        Object.assign(new Error(`Failed query: ${sql}\nparams: ${values.join(',')}`, { cause }), {
          query: sql,
          params: values,
        }),
    ],
    [
      'of a wrapper that puts them on the error of the driver',
      (sql: string, values: unknown[], cause: Error): Error =>
        Object.assign(new Error(`${cause.message}`), { query: sql, parameters: values, driverError: cause }),
    ],
    [
      'of a wrapper that puts the statement with its values before the words of the server',
      (_sql: string, values: unknown[], { message, ...rest }: Error): Error =>
        Object.assign(new Error(`select '${values.join("','")}' - ${message}`), rest),
    ],
  ])('%s', async (_what, wrapped) => {
    const client = new Client({ connectionString: await sharedPostgresUrl() });
    await client.connect();
    onTestFinished(() => client.end());
    const schema = `errors_wrapped_${process.pid}`;
    const through: PostgresClient = {
      query: (sql, values) =>
        client.query(sql, values).catch((error: unknown) => {
          throw wrapped(sql, values, error as Error);
        }),
    };
    const ledger = postgresLedger(through, { schema });
    await ledger.open();
    await client.query(`alter table ${schema}.effects drop constraint if exists small`);
    await client.query(`alter table ${schema}.effects add constraint small check (length(doc) < 5)`);
    const refused = await failureOf(ledger.write(secret));
    expect(refused.code).toBe('ledger_unusable');
    expect(refused.message).toContain('violates check constraint');
    expectNoSecret(refused);
  });

  it('through causes, lists of errors and addresses', () => {
    const inner = Object.assign(new Error(`connect to redis://user:${password}@host:1 failed`), {
      command: { args: [card] },
      input: `redis://user:${password}@host`,
    });
    const all = Object.assign(new AggregateError([inner, inner]), { cause: inner, parameters: [cvc] });
    const plain = plainError(new Error('outer', { cause: all }));
    expectNoSecret(plain);
    expect(printed(plain)).toContain('redis://…@host:1 failed');
    expect(
      plainError(Object.assign(new Error('ERR unknown command `x`, with args beginning with: `k` `v`'))).message,
    ).toBe('ERR unknown command `x`');
    expect(plainError(card).message).toBe(card);
    expect(plainError({ card }).message).toBe('a object was thrown');
  });

  it('in time that grows with its length alone', () => {
    const began = performance.now();
    for (const text of ['a://', 'query: ', '"', ' - ', 'select ']) plainError(new Error(text.repeat(100_000)));
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('what passes by itself is to be tried again, and nothing was stored', () => {
  const redis = [
    'OOM',
    'MISCONF',
    'READONLY',
    'NOREPLICAS',
    'LOADING',
    'BUSY',
    'CLUSTERDOWN',
    'TRYAGAIN',
    'MASTERDOWN',
  ];
  it.each(redis)('Redis: %s', (word) => {
    for (const reply of [`${word} it says`, `ERR Error running script: @user_script:12: -${word} it says`]) {
      expectPassing(redisFailure(new Error(reply), 'redis'));
    }
  });

  it.each(['53100', '53200', '53300', '53400', '57P03', '25006', '57014', '55P03', '40P01', '40001'])(
    'Postgres: %s',
    (code) => expectPassing(postgresFailure(Object.assign(new Error('it says'), { code }), 'postgres')),
  );

  it.each([
    [5, 'busy'],
    [6, 'locked'],
    [8, 'read-only'],
    [10, 'I/O'],
    [13, 'full'],
    [14, 'cannot open'],
    [8 | (4 << 8), 'moved, extended'],
  ])('SQLite: %d, %s', (errcode) => {
    expectPassing(sqliteFailure(Object.assign(new Error('it says'), { errcode }), 'effects.db', 'open'));
  });

  function expectPassing(error: OncelyError): void {
    expect([error.code, error.next]).toEqual(['ledger_unavailable', 'retry']);
    expect(error.message).toContain('This command was not stored');
  }

  it('by a real server without memory, and without a replica', async () => {
    const server = await privateRedis();
    const ledger: Ledger = redisLedger(clientOf(server));
    const { epoch } = await ledger.open();
    for (const [word, setting, value] of [
      ['OOM', 'maxmemory', '1'],
      ['NOREPLICAS', 'min-replicas-to-write', '1'],
    ] as const) {
      await server.command('CONFIG', 'SET', setting, value);
      const error = await failureOf(ledger.write({ ...secret, guard: { epoch } }));
      await server.command('CONFIG', 'SET', setting, '0');
      expect(error.message).toContain(word);
      expectPassing(error);
    }
    expect((await ledger.write({ ...secret, guard: { epoch } })).kind).toBe('written');
  });

  it('by a real server that has been made read-only, or has no connection left', async () => {
    const url = await sharedPostgresUrl();
    const schema = `passing_${process.pid}`;
    await postgresLedger(poolOf(url), { schema }).open();
    const standby = poolOf(url, { options: '-c default_transaction_read_only=on' });
    expectPassing(await failureOf(postgresLedger(standby, { schema }).write(secret)));
    const owner = new Pool({ connectionString: url, max: 1 });
    onTestFinished(() => owner.end());
    const role = `crowded_${process.pid}`;
    await owner.query(`create role ${role} login connection limit 0`);
    const crowded = new URL(url);
    crowded.username = role;
    expectPassing(await failureOf(postgresLedger(poolOf(crowded.href), { schema }).open()));
  });
});
