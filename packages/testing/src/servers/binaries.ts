/**
 * Where the machine has its database servers; what is missing is installed on Debian as root, else the error says how.
 *
 * @module
 */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { installServer, type ServerPackage } from './install.ts';

/**
 * The folder with `postgres`, `initdb` and `psql`: the newest version of Debian, Homebrew or Red Hat, else that on PATH.
 *
 * @throws an error that says what to install
 */
export function findPostgres(): Promise<string> {
  return findOrInstall({ name: 'Postgres', debian: 'postgresql', homebrew: 'postgresql' }, () => {
    const onPath = findOnPath('postgres');
    return newestPostgres() ?? (onPath === undefined ? undefined : dirname(onPath));
  });
}

/**
 * The path of `redis-server`.
 *
 * @throws an error that says what to install
 */
export function findRedis(): Promise<string> {
  return findOrInstall({ name: 'Redis', debian: 'redis-server', homebrew: 'redis' }, () => findOnPath('redis-server'));
}

/**
 * The path of `pgbouncer`.
 *
 * @throws an error that says what to install
 */
export function findPgbouncer(): Promise<string> {
  const wanted = { name: 'PgBouncer', debian: 'pgbouncer', homebrew: 'pgbouncer' };
  return findOrInstall(wanted, () => findOnPath('pgbouncer'));
}

/** The path of `valkey-server`, or undefined: it is never installed, as Debian has it only from version 13 on. */
export function findValkey(): string | undefined {
  return findOnPath('valkey-server');
}

async function findOrInstall(wanted: ServerPackage, find: () => string | undefined): Promise<string> {
  const found = find();
  if (found !== undefined) return found;
  await installServer(wanted);
  const installed = find();
  if (installed === undefined)
    throw new Error(`${wanted.name} was installed, but its programs are not where they belong.`);
  return installed;
}

function newestPostgres(): string | undefined {
  const places = [
    ['/usr/lib/postgresql', /^(\d+)$/, 'bin'],
    ['/opt/homebrew/opt', /^postgresql@(\d+)$/, 'bin'],
    ['/usr/local/opt', /^postgresql@(\d+)$/, 'bin'],
    ['/usr', /^pgsql-(\d+)$/, 'bin'],
  ] as const;
  return places
    .flatMap(([parent, pattern, bin]) =>
      entries(parent).map((entry) => ({ version: Number(pattern.exec(entry)?.[1]), bin: join(parent, entry, bin) })),
    )
    .filter(({ version, bin }) => version > 0 && ['postgres', 'initdb', 'psql'].every((name) => runs(join(bin, name))))
    .toSorted((one, other) => other.version - one.version)[0]?.bin;
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not such a system
  }
}

function findOnPath(name: string): string | undefined {
  // Debian keeps pgbouncer among the programs of root, which are not on everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(runs);
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
