import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startPostgres, type PostgresServer } from '../../src/servers/postgres.ts';
import { leftoversOf } from './leftovers.ts';

let postgres: PostgresServer;
let other: PostgresServer;
beforeAll(async () => {
  [postgres, other] = await Promise.all([startPostgres(), startPostgres({ settings: { fsync: 'off' } })]);
});
afterAll(() => postgres.stop());

describe('a private Postgres', { timeout: 60_000 }, () => {
  it('answers, is durable and listens on loopback only', async () => {
    expect(await postgres.query('show fsync; show synchronous_commit; show listen_addresses')).toEqual([
      'on',
      'on',
      '127.0.0.1',
    ]);
    expect(new URL(postgres.url).port).toBe(String(postgres.port));
  });

  it('makes databases, and reports what SQL complains of', async () => {
    expect(await postgres.createDatabase()).toBe(`postgres://postgres@127.0.0.1:${postgres.port}/test_1`);
    await postgres.createDatabase('The "other"');
    expect(await postgres.query('select current_database()', 'The "other"')).toEqual(['The "other"']);
    await expect(postgres.query('select 1 / 0')).rejects.toThrow('division by zero');
  });

  it('freezes at SIGSTOP and goes on at SIGCONT', async () => {
    await postgres.kill('SIGSTOP');
    let answered = false;
    const answer = postgres.query('select 1').then((rows) => {
      answered = true;
      return rows;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    await postgres.kill('SIGCONT');
    expect(await answer).toEqual(['1']);
  });

  it('keeps what was committed over SIGKILL, and comes back at the same port', async () => {
    await postgres.query('create table kept (a int); insert into kept values (7)');
    await postgres.kill('SIGKILL');
    expect(postgres.pid()).toBeUndefined();
    await expect(postgres.query('select 1')).rejects.toThrow('onnection refused');
    await postgres.restart();
    expect(await postgres.query('table kept')).toEqual(['7']);
    expect(postgres.log()).toContain('automatic recovery in progress');
  });

  it('takes settings', async () => {
    expect(await other.query('show fsync')).toEqual(['off']);
  });

  it('waits for the backends of a postmaster that was killed alone', async () => {
    await other.query('create table kept (a int); insert into kept values (7)');
    const sleeping = other.query('select pg_sleep(60)').catch(() => undefined);
    const find = `select pid from pg_stat_activity where query ~ 'pg_sleep' and pid <> pg_backend_pid()`;
    await expect.poll(() => other.query(find), { timeout: 10_000 }).toHaveLength(1);
    const backend = Number((await other.query(find))[0]);
    process.kill(backend, 'SIGSTOP'); // it cannot see that its postmaster dies
    process.kill(other.pid()!, 'SIGKILL');
    await expect.poll(() => other.pid(), { timeout: 10_000 }).toBeUndefined();
    let restarted = false;
    const restart = other.restart().then(() => {
      restarted = true;
    });
    await expect.poll(() => other.log(), { timeout: 10_000 }).toContain('still in use');
    expect(restarted).toBe(false);
    process.kill(backend, 'SIGCONT');
    await restart;
    expect(await other.query('table kept')).toEqual(['7']);
    await sleeping;
  });

  it('leaves no process, folder or shared memory behind', async () => {
    const [, shared] = readFileSync(join(other.dataDirectory, 'postmaster.pid'), 'utf8')
      .split('\n')[6]!
      .trim()
      .split(/\s+/);
    expect(leftoversOf(dirname(other.dataDirectory))).not.toEqual([]);
    await other.kill('SIGKILL'); // which gives Postgres no time to tidy up
    await other.stop();
    expect(leftoversOf(dirname(other.dataDirectory))).toEqual([]);
    if (process.platform === 'linux') {
      const segments = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n');
      expect(segments.map((line) => line.trim().split(/\s+/)[1])).not.toContain(shared);
    }
  });
});
