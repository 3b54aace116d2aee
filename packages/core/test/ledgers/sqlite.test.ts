import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ledgerConformance } from '@oncely/testing/conformance/ledger';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { sqliteLedger } from '../../src/ledgers/sqlite.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-sqlite-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const nextFile = (): string => join(folder, `${(files += 1)}.db`);

describe('the ledger in an SQLite file', () => {
  it.each([...ledgerConformance])('$name', async ({ run }) => {
    await run(async () => {
      const file = nextFile();
      let now = 1_700_000_000_000;
      const options = { now: () => now };
      return {
        ledger: sqliteLedger(file, options),
        another: async () => sqliteLedger(file, options),
        advance: (ms) => (now += ms),
      };
    });
  });

  it.each([...ledgerConformance])('by the real clock: $name', async ({ run }) => {
    await run(async () => {
      const file = nextFile();
      return { ledger: sqliteLedger(file), another: async () => sqliteLedger(file) };
    });
  });
});
