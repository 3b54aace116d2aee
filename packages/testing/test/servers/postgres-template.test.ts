import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { layDataDirectory } from '../../src/servers/postgres-template.ts';
import { serverUser } from '../../src/servers/server-user.ts';

// Both programs are stand-ins, so that initdb can be slow, and can fail, at will.
let bin: string;
let temporary: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'oncely-bin-'));
  temporary = mkdtempSync(join(tmpdir(), 'oncely-templates-'));
  chmodSync(bin, 0o755);
  chmodSync(temporary, 0o777);
  program('postgres', 'echo "postgres (PostgreSQL) 99.1 (Test)"');
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(() => {
  rmSync(bin, { recursive: true });
  rmSync(temporary, { recursive: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\nfor last; do :; done\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

it('makes one whole template when several want it at once', async () => {
  program('initdb', 'mkdir -m 700 "$last" && echo begun >"$last/state" && sleep 0.2 && echo whole >"$last/state"');
  const user = await serverUser();
  const targets = ['one', 'two', 'three'].map((name) => join(temporary, name));
  await Promise.all(targets.map((target) => layDataDirectory(bin, target, user)));
  for (const target of targets) expect(readFileSync(join(target, 'state'), 'utf8')).toBe('whole\n');
  const uid = user?.uid ?? process.getuid!();
  expect(readdirSync(temporary).toSorted()).toEqual([`oncely-postgres-template-99.1-${uid}`, 'one', 'three', 'two']);
});

it('leaves no half template behind when initdb fails, and makes it the next time', async () => {
  program('initdb', 'mkdir "$last" && echo "no space left" >&2 && exit 1');
  const user = await serverUser();
  await expect(layDataDirectory(bin, join(temporary, 'one'), user)).rejects.toThrow('no space left');
  expect(readdirSync(temporary)).toEqual([]);
  program('initdb', 'mkdir -m 700 "$last"');
  await layDataDirectory(bin, join(temporary, 'one'), user);
  expect(readdirSync(temporary)).toContain('one');
});
