import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, vi } from 'vitest';

import { findPostgres } from '../../src/servers/binaries.ts';
import { layDataDirectory } from '../../src/servers/postgres-template.ts';
import { createServerFolder } from '../../src/servers/server-folder.ts';
import { serverUser } from '../../src/servers/server-user.ts';

it(
  'makes one whole template when several processes want it at once, whatever a dead one left',
  { timeout: 60_000 },
  async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'oncely-templates-'));
    chmodSync(temporary, 0o777);
    mkdirSync(join(temporary, 'oncely-initdb-dead'));
    vi.stubEnv('TMPDIR', temporary);
    const user = await serverUser();
    const bin = await findPostgres();
    const folder = await createServerFolder('data', user);
    const targets = ['one', 'two'].map((name) => join(folder.path, name));
    await Promise.all(targets.map((target) => layDataDirectory(bin, target, user)));
    expect(readdirSync(targets[0]!).length).toBeGreaterThan(20);
    expect(readdirSync(targets[1]!)).toEqual(readdirSync(targets[0]!));
    await folder.remove();
    const left = readdirSync(temporary).filter((name) => name !== 'oncely-initdb-dead');
    expect(left).toEqual([expect.stringMatching(/^oncely-postgres-template-\d/)]);
    rmSync(temporary, { recursive: true });
  },
);
