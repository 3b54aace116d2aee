import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { findPostgres } from '../../src/servers/binaries.ts';
import { startPgbouncer, type PgbouncerServer } from '../../src/servers/pgbouncer.ts';
import { sharedPostgresUrl } from '../../src/servers/shared.ts';

let pooler: PgbouncerServer;
let psql: string;
beforeAll(async () => {
  psql = join(await findPostgres(), 'psql');
  pooler = await startPgbouncer({ upstream: await sharedPostgresUrl(), poolMode: 'transaction' });
});
afterAll(() => pooler.stop());

function ask(sql: string, url = pooler.url): string {
  return execFileSync(psql, ['-XAtc', sql, url], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

it('reaches the database behind it, and pools by transaction', () => {
  expect(ask('select 40 + 2')).toBe('42');
  const admin = new URL(pooler.url);
  admin.pathname = '/pgbouncer';
  expect(ask('show config', admin.href)).toMatch(/^pool_mode\|transaction\|/m);
});

it('comes back at the same port after SIGKILL', async () => {
  await pooler.kill('SIGKILL');
  expect(() => ask('select 1', `${pooler.url}?connect_timeout=2`)).toThrow('onnection refused');
  await pooler.restart();
  expect(ask('select 1')).toBe('1');
});
