import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it, vi } from 'vitest';

import { findPostgres, findRedis } from '../../src/servers/binaries.ts';

it('finds the programs of Postgres in one folder', async () => {
  const bin = await findPostgres();
  expect(['postgres', 'initdb', 'psql'].filter((name) => !existsSync(join(bin, name)))).toEqual([]);
});

it('says what to install where it may not install by itself', async () => {
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(1_000);
  vi.stubEnv('PATH', '/nowhere');
  await expect(findRedis()).rejects.toThrow(
    "Redis is not installed, and the tests start a private one from this machine's binaries. Debian and Ubuntu: " +
      'sudo apt-get install --no-install-recommends redis-server. macOS: brew install redis.',
  );
});
