import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { findPostgres } from '@oncely/testing/servers/binaries';
import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { Client, type Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Ledger, WriteCommand } from '../../src/ledger.ts';
import { postgresLedger, postgresWorkerGrants, type PostgresClient } from '../../src/ledgers/postgres.ts';
import { openShop } from '../oncely/vendor.ts';
import { claimOf, failureOf, poolOf } from './postgres-server.ts';

let pool: Pool;
let schema: string;
let serial = 0;
beforeEach(async () => {
  schema = `tables_${process.pid}_${(serial += 1)}`;
  pool = poolOf(await sharedPostgresUrl());
});

/** A ledger as one process has it. */
async function processOn(client: PostgresClient = pool): Promise<Ledger> {
  const ledger = postgresLedger(client, { schema });
  await ledger.open();
  return ledger;
}

const claim = (id: string, epoch = 1): WriteCommand => claimOf(`${id}:desk:refund`, { guard: { epoch } });
const drop = (): Promise<unknown> => pool.query(`drop schema ${schema} cascade`);

async function dump(...options: readonly string[]): Promise<string> {
  const program = join(await findPostgres(), 'pg_dump');
  const sql = execFileSync(program, ['--inserts', ...options, await sharedPostgresUrl()], { encoding: 'utf8' });
  return (
    sql
      .split('\n')
      // A client knows no commands of psql.
      .filter((line) => !line.startsWith('\\'))
      .join('\n')
  );
}

async function putBack(sql: string): Promise<void> {
  const client = new Client(await sharedPostgresUrl());
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('a Postgres ledger whose tables were dropped', () => {
  it('and made anew by another process is refused by who knew it, and marked for the others', async () => {
    const before = await processOn();
    const reporting = await processOn();
    await before.write(claim('done'));
    await drop();
    const stranger = await processOn();
    expect(await stranger.open()).not.toHaveProperty('suspectSince');
    for (const id of ['done', 'other']) {
      const error = await failureOf(before.write(claim(id)));
      expect([error.code, error.next]).toEqual(['ledger_unusable', 'fix-code']);
      expect(error.message).toMatch(/dropped and made anew.*Nothing was sent.*fix: put the right tables back/s);
    }
    const many = [claim('a'), claim('b'), claimOf('c:desk:refund')].map((each) => failureOf(reporting.write(each)));
    for (const error of await Promise.all(many)) expect(error.code).toBe('ledger_unusable');
    expect((await failureOf(before.open())).code).toBe('ledger_unusable');
    expect((await stranger.list({ limit: 10 })).rows).toEqual([]);
    expect(await stranger.write(claim('done'))).toMatchObject({ kind: 'epoch', info: { suspectSince: 0 } });
  });

  it('and made anew has no effect made again by a process that is still running', async () => {
    const shop = openShop(postgresLedger(pool, { schema }));
    const oncely = shop.start();
    const pay = (): Promise<unknown> =>
      oncely.scope({ businessId: 'invoice_1', workflowId: 'desk' }, () =>
        oncely.effect('pay', () => oncely.clients.shop.write('pay', { amount: 1 })),
      );
    await pay();
    await drop();
    await processOn();
    expect((await failureOf(pay())).code).toBe('ledger_unusable');
    expect(shop.vendor.happened).toHaveLength(1);
    // Nor by one that begins now.
    const fresh = openShop(postgresLedger(pool, { schema })).start();
    expect(await fresh.inspect.ledger()).toMatchObject({ suspectSince: 0 });
  });

  it('does not make them anew itself', async () => {
    const ledger = await processOn();
    await drop();
    for (const error of [await failureOf(ledger.open()), await failureOf(ledger.write(claim('a')))]) {
      expect(error.code).toBe('ledger_unusable');
      expect(error.message).toMatch(/fix: the tables are gone: restore them/);
    }
    expect((await pool.query(`select to_regnamespace('${schema}') as found`)).rows).toEqual([{ found: null }]);
  });

  it.each(['all', 'of records and events only'])('and put back from a dump (%s) is marked, once', async (what) => {
    const ledger = await processOn();
    const other = await processOn();
    await ledger.write(claim('kept'));
    const parts = what === 'all' ? [] : ['effects', 'events'].map((table) => `--table=${schema}.${table}`);
    const older = await dump(...(parts.length === 0 ? ['--schema', schema] : parts));
    await ledger.write(claim('lost'));
    if (what === 'all') await drop();
    else await pool.query(`drop table ${schema}.effects, ${schema}.events`);
    await putBack(older);
    const told = await ledger.write(claim('lost'));
    expect(told).toMatchObject({ kind: 'epoch', info: { epoch: 2, suspectSince: expect.any(Number) } });
    expect(await ledger.write(claim('kept', 2))).toMatchObject({ kind: 'conflict' });
    expect(await other.write(claim('lost'))).toMatchObject({ kind: 'epoch', info: { epoch: 2 } });
    expect(await other.write(claim('lost', 2))).toMatchObject({ kind: 'written' });
    expect(await processOn().then((each) => each.open())).toMatchObject({ epoch: 2 });
  });

  it('and put back from a dump is noticed by a process that was not there', async () => {
    const ledger = await processOn();
    await ledger.write(claim('kept'));
    const older = await dump('--schema', schema);
    await drop();
    await putBack(older);
    const info = await postgresLedger(pool, { schema }).open();
    expect(info).toMatchObject({ epoch: 2, suspectSince: expect.any(Number) });
    expect(info.suspectSince).toBeLessThanOrEqual(info.at);
  });

  it('is noticed by a role that may only work, and on a server that does not tell what it is', async () => {
    await processOn();
    const role = `table_worker_${process.pid}_${serial}`;
    await pool.query(`create role ${role} login`);
    const grants = postgresWorkerGrants(role, { schema });
    await pool.query(grants);
    const url = new URL(await sharedPostgresUrl());
    url.username = role;
    const worker = await processOn(poolOf(url.href));
    const silent = await processOn({
      query: async (sql, values) => {
        if (/^\s*select \S+notice_origin/.test(sql)) throw Object.assign(new Error('not supported'), { code: '0A000' });
        return pool.query(sql, values);
      },
    });
    expect(await worker.write(claim('a'))).toMatchObject({ kind: 'written' });
    expect(await silent.write(claim('b'))).toMatchObject({ kind: 'written' });
    await drop();
    await processOn();
    await pool.query(grants);
    for (const ledger of [worker, silent]) {
      expect((await failureOf(ledger.write(claim('a')))).message).toContain('dropped and made anew');
    }
  });

  it('is the same after its tables were rewritten and vacuumed, and nothing is marked', async () => {
    const ledger = await processOn();
    await ledger.write(claim('before'));
    for (const table of ['effects', 'events', 'ledger']) await pool.query(`vacuum full ${schema}.${table}`);
    await pool.query(`cluster ${schema}.effects using effects_pkey; analyze`);
    expect(await ledger.write(claim('after'))).toMatchObject({ kind: 'written' });
    expect(await (await processOn()).open()).not.toHaveProperty('suspectSince');
  });
});
