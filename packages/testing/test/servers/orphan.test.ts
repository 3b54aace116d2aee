import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { leftoversOf } from './leftovers.ts';

const child = fileURLToPath(new URL('orphan-child.ts', import.meta.url));

// None of them is given a chance to tidy up.
it.concurrent.each([
  { end: 'is killed', signal: 'SIGKILL' },
  { end: 'is told to end', signal: 'SIGTERM' },
  { end: 'returns', signal: undefined },
] as const)('ends the servers of a process that $end', { timeout: 60_000 }, async ({ signal }) => {
  const parent = spawn(process.execPath, ['--conditions', '@oncely/source', child, signal ? 'wait' : ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const folders = (JSON.parse(String(line)) as string[]).map((directory) => dirname(directory));
  expect(folders.flatMap(leftoversOf)).not.toEqual([]);
  if (signal) parent.kill(signal);
  await expect.poll(() => folders.flatMap(leftoversOf), { timeout: 20_000 }).toEqual([]);
});
