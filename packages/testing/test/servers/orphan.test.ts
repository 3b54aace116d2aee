import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { it } from 'vitest';

import { leftoversOf } from './leftovers.ts';

const child = fileURLToPath(new URL('orphan-child.ts', import.meta.url));

// None of them is given a chance to tidy up.
it.concurrent.for([
  { end: 'is killed', signal: 'SIGKILL', server: 'postgres' },
  { end: 'is told to end', signal: 'SIGTERM', server: 'redis' },
  { end: 'returns', signal: undefined, server: 'redis' },
] as const)('ends the $server of a process that $end', { timeout: 120_000 }, async ({ signal, server }, { expect }) => {
  const parent = spawn(
    process.execPath,
    ['--conditions', '@oncely/source', child, server, signal ? 'wait' : 'return'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const folder = dirname(String(line).trim());
    if (signal) {
      expect(leftoversOf(folder)).not.toEqual([]);
      parent.kill(signal);
    }
    await expect.poll(() => leftoversOf(folder), { timeout: 60_000 }).toEqual([]);
  } finally {
    parent.kill('SIGKILL');
  }
});
