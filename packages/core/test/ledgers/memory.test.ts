import { ledgerConformance } from '@oncely/testing/conformance/ledger';
import { describe, it } from 'vitest';

import { memoryLedger } from '../../src/ledgers/memory.ts';

describe('the ledger in memory', () => {
  it.each([...ledgerConformance])('$name', async ({ run }) => {
    await run(async () => {
      let now = 1_700_000_000_000;
      return { ledger: memoryLedger({ now: () => now }), advance: (ms) => (now += ms) };
    });
  });

  it.each([...ledgerConformance])('by the real clock: $name', async ({ run }) => {
    await run(async () => ({ ledger: memoryLedger() }));
  });
});
