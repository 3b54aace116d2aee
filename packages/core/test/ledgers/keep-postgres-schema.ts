/**
 * Writes what `pg_dump` gives of a ledger of the newest schema, for the test that later versions open it:
 * `node --conditions @oncely/source packages/core/test/ledgers/keep-postgres-schema.ts`, once for each schema, right before its release.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { findPostgres } from '@oncely/testing/servers/binaries';
import { startPostgres } from '@oncely/testing/servers/postgres';
import { Pool } from 'pg';

import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { schemaVersion } from '../../src/postgres/schema.ts';

const server = await startPostgres();
const pool = new Pool({ connectionString: server.url });
const ledger = postgresLedger(pool, { schema: 'kept_schema' });
await ledger.open();
await ledger.markSuspect(1_700_000_000_000);
const slot = 'case:desk:refund';
await ledger.write({ slot, expect: 0, doc: '{"n":1}', index: { state: 'executing', dueAfterMs: 5 }, events: [] });
const events = [{ sequence: 1, doc: 'settled' }];
await ledger.write({ slot, expect: 1, doc: '{"n":2}', index: { state: 'succeeded' }, events });
await ledger.writeWorkflow({ workflow: 'case:desk', expect: 0, state: 'paused', doc: 'by ada' });
// What differs from one run to the next.
await pool.query(`
  update kept_schema.ledger set id = 'kept', key = decode(repeat('ab', 32), 'hex'), system = null, origin = null,
    origin_lsn = null, seen_at = null, tables = null;
  update kept_schema.effects set at = 1700000000500;
  alter table kept_schema.events disable trigger keep_events;
  update kept_schema.events set at = 1700000000500;
  alter table kept_schema.events enable trigger keep_events;
  update kept_schema.workflows set at = 1700000000600;
`);
await pool.end();
const options = ['--schema', 'kept_schema', '--inserts', '--no-owner', '--no-privileges'];
const dump = execFileSync(join(await findPostgres(), 'pg_dump'), [...options, server.url], { encoding: 'utf8' });
await server.stop();
// Functions stand before the tables that they speak of, so their bodies are not to be looked at.
const kept = dump
  .split('\n')
  .filter((line) => line !== '' && !/^(--|SET (?!check_function)|\\|SELECT pg_catalog.set_config)/.test(line));
const file = new URL(`postgres-schema-${schemaVersion}.sql`, import.meta.url);
writeFileSync(file, `${kept.join('\n')}\n`);
