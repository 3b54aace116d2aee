/**
 * Where the machine has its database and mail servers; what is missing is installed on Debian as root, else the error says how.
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

/**
 * The path of `dovecot`, with its IMAP and LMTP parts.
 *
 * @throws an error that says what to install, or that this process is not root, without which it does not deliver
 */
export async function findDovecot(): Promise<string> {
  refuseWithoutRoot('Dovecot');
  const lmtp = await findOrInstall({ name: 'Dovecot', debian: 'dovecot-lmtpd', homebrew: 'dovecot' }, () =>
    ['/usr/lib/dovecot/lmtp', '/usr/libexec/dovecot/lmtp'].find(runs),
  );
  await findOrInstall({ name: 'Dovecot', debian: 'dovecot-imapd', homebrew: 'dovecot' }, () =>
    [join(dirname(lmtp), 'imap')].find(runs),
  );
  const file = findOnPath('dovecot');
  if (file === undefined) throw new Error('Dovecot is installed, but its program is not on the PATH.');
  return file;
}

/**
 * The paths of Postfix's command and of its `master`.
 *
 * @throws an error that says what to install, or that this process is not root, without which it does not run
 */
export async function findPostfix(): Promise<{ readonly postfix: string; readonly master: string }> {
  refuseWithoutRoot('Postfix');
  const postfix = await findOrInstall({ name: 'Postfix', debian: 'postfix', homebrew: 'postfix' }, () =>
    findOnPath('postfix'),
  );
  const master = ['/usr/lib/postfix/sbin/master', '/usr/libexec/postfix/master', '/usr/lib/postfix/master'].find(runs);
  if (master === undefined) throw new Error('Postfix is installed, but its program "master" is not where it belongs.');
  return { postfix, master };
}

/**
 * The path of `promtool`, Prometheus's checker of rules.
 *
 * @throws an error that says what to install
 */
export function findPromtool(): Promise<string> {
  const wanted = { name: 'promtool', debian: 'prometheus', homebrew: 'prometheus' };
  return findOrInstall(wanted, () => findOnPath('promtool'));
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

function refuseWithoutRoot(name: string): void {
  if (process.getuid?.() === 0) return;
  throw new Error(
    `${name} runs as root, and this process does not. Run these tests as root, such as in a container: ` +
      'apt-get install --no-install-recommends postfix dovecot-imapd dovecot-lmtpd.',
  );
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
