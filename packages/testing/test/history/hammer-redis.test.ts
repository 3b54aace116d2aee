import { sharedRedisUrl } from '@oncely/testing/servers/shared';
import { test } from 'vitest';

import { expectUnbroken, hammerTimeoutMs } from './hammered.ts';

test(
  'Redis: processes killed and frozen at random leave an unbroken history',
  { timeout: hammerTimeoutMs },
  async () => {
    await expectUnbroken({ kind: 'redis', url: await sharedRedisUrl(), prefix: `hammer-${process.pid}` }, 3);
  },
);
