import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

it('three runs, two of whose answers are lost, make one deal of one contact', async () => {
  const demo = fileURLToPath(new URL('../src/demo.ts', import.meta.url));
  const { HUBSPOT_ACCESS_TOKEN: _token, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions', '@oncely/source', demo], { env });
  const runs = [...stdout.matchAll(/^run \d: (deal \d+ of contact \d+)$/gm)].map((found) => found[1]);
  expect(runs).toHaveLength(3);
  expect(new Set(runs).size).toBe(1);
  expect(stdout).toContain('in HubSpot: contacts.create, deals.create, associations.create\n');
}, 120_000);
