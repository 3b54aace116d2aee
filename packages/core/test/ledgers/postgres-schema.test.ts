import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import { postgresLedger, postgresWorkerGrants } from '../../src/ledgers/postgres.ts';
import { claimOf, failureOf, ownServer, poolOf } from './postgres-server.ts';

let pool: Pool;
let schema: string;
let serial = 0;
beforeEach(async () => {
  schema = `schema_${process.pid}_${(serial += 1)}`;
  pool = poolOf(await sharedPostgresUrl());
});

describe('the tables in Postgres', () => {
  it('are made once when ten workers start at once', async () => {
    const workers = Array.from({ length: 10 }, () => postgresLedger(pool, { schema }));
    const infos = await Promise.all(workers.map((worker) => worker.open()));
    expect(new Set(infos.map(({ id }) => id)).size).toBe(1);
    const { rows } = await pool.query(`select count(*)::integer as n from ${schema}.ledger`);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('of two prefixes and of two schemas never see each other', async () => {
    const places = [{ schema }, { schema, prefix: 'a_' }, { schema, prefix: 'a_b_' }, { schema: `${schema}_other` }];
    const ledgers = places.map((place) => postgresLedger(pool, place));
    for (const [at, ledger] of ledgers.entries()) {
      await ledger.open();
      expect(await ledger.write(claimOf('case:desk:refund', { doc: `of ${at}` }))).toMatchObject({ kind: 'written' });
      await ledger.writeWorkflow({ workflow: 'case:desk', expect: 0, state: 'paused', doc: `of ${at}` });
    }
    for (const [at, ledger] of ledgers.entries()) {
      expect((await ledger.read('case:desk:refund')).row?.doc).toBe(`of ${at}`);
      expect((await ledger.list({ limit: 10 })).rows).toHaveLength(1);
      expect((await ledger.readWorkflow('case:desk')).row?.doc).toBe(`of ${at}`);
    }
  });

  it.each([
    [{ schema: 'Robert"; drop table students' }, 'schema'],
    [{ prefix: 'a-b' }, 'prefix'],
    [{ prefix: 'x'.repeat(40) }, 'prefix'],
  ])('are refused under the name %j', (place, field) => {
    expect(() => postgresLedger(pool, place)).toThrow(`postgresLedger: ${field} must match`);
  });

  it('of a newer version are refused', async () => {
    await postgresLedger(pool, { schema }).open();
    await pool.query(`update ${schema}.ledger set version = 99`);
    const error = await failureOf(postgresLedger(pool, { schema }).open());
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toMatch(/newer version.*schema 99.*\n {2}fix: update @oncely\/core/s);
  });

  it.each(['effects', 'events', 'workflows', 'ledger'])('are refused where %s is unlogged', async (table) => {
    await postgresLedger(pool, { schema }).open();
    await pool.query(`alter table ${schema}.${table} set unlogged`);
    const error = await failureOf(postgresLedger(pool, { schema }).open());
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toContain(`${table} is not a logged table`);
  });

  it('are told apart from a crash: without them nothing is stored', async () => {
    const ledger = postgresLedger(pool, { schema });
    await ledger.open();
    await pool.query(`drop schema ${schema} cascade`);
    const error = await failureOf(ledger.write(claimOf('case:desk:refund')));
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toContain('restore');
  });
});

describe('a role that may only work', () => {
  it('claims, settles, pauses and marks, but cannot change or delete an audit event, nor the tables', async () => {
    const owner = postgresLedger(pool, { schema });
    await owner.open();
    const role = `worker_${process.pid}_${serial}`;
    await pool.query(`create role ${role} login`);
    await pool.query(postgresWorkerGrants(role, { schema }));
    const url = new URL(await sharedPostgresUrl());
    url.username = role;
    const worker = poolOf(url.href);
    const ledger = postgresLedger(worker, { schema });
    const { epoch } = await ledger.open();
    const events = [{ sequence: 1, doc: 'claimed' }];
    expect(await ledger.write(claimOf('case:desk:refund', { events, guard: { epoch } }))).toMatchObject({
      kind: 'written',
    });
    expect(await ledger.write(claimOf('case:desk:refund', { expect: 1 }))).toMatchObject({ kind: 'written' });
    expect(await ledger.history('case:desk:refund')).toHaveLength(1);
    expect(await ledger.writeWorkflow({ workflow: 'a:b', expect: 0, state: 'paused', doc: '' })).toMatchObject({
      kind: 'written',
    });
    expect((await ledger.markSuspect(5)).suspectSince).toBe(5);

    for (const forbidden of [
      `update ${schema}.events set doc = 'forged'`,
      `delete from ${schema}.events`,
      `truncate ${schema}.events`,
      `delete from ${schema}.effects`,
      `update ${schema}.ledger set version = 0`,
      `update ${schema}.ledger set key = ''`,
      `drop table ${schema}.events`,
      `drop trigger keep_events on ${schema}.events`,
      `create table ${schema}.mine ()`,
    ]) {
      await expect(worker.query(forbidden), forbidden).rejects.toMatchObject({ code: '42501' });
    }
    // Nor may the owner by accident.
    await expect(pool.query(`update ${schema}.events set doc = 'forged'`)).rejects.toThrow(
      'audit events are immutable',
    );
    await expect(pool.query(`delete from ${schema}.events`)).rejects.toThrow('audit events are immutable');
    expect(await owner.history('case:desk:refund')).toHaveLength(1);
  });

  it('without its grants is told what to run', async () => {
    await postgresLedger(pool, { schema }).open();
    const role = `stranger_${process.pid}_${serial}`;
    await pool.query(`create role ${role} login`);
    const url = new URL(await sharedPostgresUrl());
    url.username = role;
    const error = await failureOf(postgresLedger(poolOf(url.href), { schema }).open());
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toContain('postgresWorkerGrants(role)');
  });
});

describe('a Postgres that forgets what it acknowledged', () => {
  it.each([
    ['fsync', 'off'],
    ['synchronous_commit', 'off'],
  ])('is refused with %s = %s, unless told', { timeout: 60_000 }, async (setting, value) => {
    const server = await ownServer({ settings: { [setting]: value } });
    const unsafe = poolOf(server.url);
    const error = await failureOf(postgresLedger(unsafe).open());
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toMatch(new RegExp(`${setting} is off.*fix: set ${setting} = on`, 's'));
    const told = postgresLedger(unsafe, { allowUnsafe: true });
    await told.open();
    expect(await told.write(claimOf('case:desk:refund'))).toMatchObject({ kind: 'written' });
  });

  it('is refused for one connection of many as well', async () => {
    const ledger = postgresLedger(pool, { schema });
    await ledger.open();
    const careless = poolOf(await sharedPostgresUrl(), { options: '-c synchronous_commit=off' });
    const error = await failureOf(postgresLedger(careless, { schema }).write(claimOf('case:desk:refund')));
    expect(error.message).toContain('synchronous_commit is off');
    const strict = poolOf(await sharedPostgresUrl(), { options: '-c default_transaction_isolation=serializable' });
    const refused = await failureOf(postgresLedger(strict, { schema }).write(claimOf('case:desk:refund')));
    expect(refused.message).toContain('read committed');
    expect((await ledger.read('case:desk:refund')).row).toBeUndefined();
  });
});
