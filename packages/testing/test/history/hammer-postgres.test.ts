import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { test } from 'vitest';

import { expectUnbroken, hammerTimeoutMs } from './hammered.ts';

test(
  'Postgres: processes killed and frozen at random leave an unbroken history',
  { timeout: hammerTimeoutMs },
  async () => {
    await expectUnbroken({ kind: 'postgres', url: await sharedPostgresUrl(), prefix: `hammer_${process.pid}_` }, 2);
  },
);
