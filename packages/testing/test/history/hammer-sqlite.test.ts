import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { test } from 'vitest';

import { expectUnbroken, hammerTimeoutMs } from './hammered.ts';

test(
  'SQLite: processes killed and frozen at random leave an unbroken history',
  { timeout: hammerTimeoutMs },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oncely-hammer-sqlite-'));
    try {
      await expectUnbroken({ kind: 'sqlite', file: join(folder, 'effects.db') }, 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
