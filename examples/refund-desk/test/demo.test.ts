import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { allOf } from '../src/report.ts';
import { runOncely, runRaw } from '../src/run.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-refund-desk-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The whole of it is `npm run demo`, which fails by itself.
test.runIf(process.env['ONCELY_EXAMPLES'] === 'all')(
  'under the same kills and faults the SDKs duplicate, and Oncely does not',
  { timeout: 180_000 },
  async () => {
    const small = { seed: 7, cases: 20, kills: 3, folder };
    const [raw, oncely] = await Promise.all([runRaw(small), runOncely(small)]);

    expect(raw.kills).toBeGreaterThanOrEqual(small.kills);
    expect(allOf(raw).duplicated).toBeGreaterThan(0);

    expect(oncely.kills).toBeGreaterThanOrEqual(small.kills);
    expect(allOf(oncely)).toEqual({ happened: 3 * small.cases, duplicated: 0, lost: 0 });
    expect(oncely.overpaid).toBe(0);
  },
);
