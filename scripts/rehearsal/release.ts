import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { run } from '../vendors/run-command.ts';
import type { Registry } from './registry.ts';

export interface Released {
  readonly name: string;
  readonly version: string;
  /** The folder in the copy that it was published from. */
  readonly folder: string;
}

/**
 * Copies the working tree as it is, built, into `copy` and releases it from there as the workflow does: `changeset
 * version`, then `changeset publish`, to `registry`. Provenance is left out: only a workflow can attest to itself.
 */
export async function release(root: string, copy: string, registry: Registry): Promise<readonly Released[]> {
  await copyTree(root, copy);
  const changeset = join(root, 'node_modules/.bin/changeset');
  const git = (...args: string[]): Promise<string> =>
    run('git', ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost', ...args], { cwd: copy });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'as it is');
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  await run(changeset, ['version'], { cwd: copy });
  for (const file of globSync('packages/*/package.json', { cwd: copy })) withoutProvenance(join(copy, file));
  await run(changeset, ['publish', '--no-git-tag'], { cwd: copy, env: registry.env });
  return globSync('packages/*/package.json', { cwd: copy }).map((file) => {
    const { name, version } = JSON.parse(readFileSync(join(copy, file), 'utf8')) as Released;
    return { name, version, folder: join(copy, dirname(file)) };
  });
}

async function copyTree(root: string, copy: string): Promise<void> {
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of listed.split('\0').filter(Boolean)) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  for (const dist of globSync('packages/*/dist', { cwd: root }))
    cpSync(join(root, dist), join(copy, dist), { recursive: true });
}

function withoutProvenance(file: string): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { publishConfig: Record<string, unknown> };
  delete manifest.publishConfig['provenance'];
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
