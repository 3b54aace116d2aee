import { PGlite } from '@electric-sql/pglite';
import { ledgerConformance } from '@oncely/testing/conformance/ledger';
import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { postgresLedger, type PostgresClient, type PostgresOptions } from '../../src/ledgers/postgres.ts';

let serial = 0;

/** Each case has tables of its own beside those of all the others. */
function conforms(client: () => PostgresClient, options: PostgresOptions = {}): void {
  it.each([...ledgerConformance])('$name', { timeout: 30_000 }, async ({ run }) => {
    await run(async () => {
      const prefix = `case_${process.pid}_${(serial += 1)}_`;
      const make = () => postgresLedger(client(), { schema: 'conformance', prefix, ...options });
      return { ledger: make(), another: async () => make() };
    });
  });
}

describe('the ledger in Postgres', () => {
  let pool: Pool;
  beforeAll(async () => {
    pool = new Pool({ connectionString: await sharedPostgresUrl(), max: 8 });
  });
  afterAll(() => pool.end());

  conforms(() => pool);
});

describe('the ledger in PGlite', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(() => database.close());

  // It is Postgres in this process, with fsync off.
  conforms(() => database, { allowUnsafe: true });
});
