import { sharedRedisClusterNodes } from '@oncely/testing/servers/shared';
import { test } from 'vitest';

import { expectUnbroken, hammerTimeoutMs } from './hammered.ts';

test(
  'Redis Cluster: processes killed and frozen at random leave an unbroken history',
  { timeout: hammerTimeoutMs },
  async () => {
    const nodes = await sharedRedisClusterNodes();
    await expectUnbroken({ kind: 'redis-cluster', nodes, prefix: `hammer-${process.pid}` }, 4);
  },
);
