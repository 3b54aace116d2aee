import { access } from 'node:fs/promises';

import { runCommand } from './run-command.ts';

/** One server that tests may need, and where it comes from. */
export interface ServerPackage {
  /** What messages call it. */
  readonly name: string;
  /** The package of Debian and Ubuntu. */
  readonly debian: string;
  /** The formula of Homebrew. */
  readonly homebrew: string;
}

/**
 * Installs a Debian package and starts none of its services. One process at a time, as the others may want the same; the
 * kernel gives the turn on when a process dies.
 *
 * $1: the package
 */
const install = `
set -e
exec 9>/run/oncely-install
flock 9
if dpkg-query -W -f '\${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; then exit 0; fi
policy=/usr/sbin/policy-rc.d
if ! [ -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
tries=30 # other programs install packages as well, and apt-get update does not wait for them
until apt-get update -qq; do
  [ $((tries -= 1)) -gt 0 ] || exit 1
  sleep 2
done
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$1"
`;

/**
 * Installs what is missing where that can be done unasked: on Debian and its kin, as root.
 *
 * @throws an error that says what to install by hand
 */
export async function installServer(wanted: ServerPackage): Promise<void> {
  if (process.getuid?.() !== 0 || !(await exists('/usr/bin/apt-get'))) throw new Error(howToInstall(wanted));
  try {
    await runCommand('/bin/sh', ['-c', install, 'oncely-install', wanted.debian], { timeoutMs: 10 * 60_000 });
  } catch (cause) {
    throw new Error(`${howToInstall(wanted)} Installing it here failed: ${(cause as Error).message}`, { cause });
  }
}

function howToInstall({ name, debian, homebrew }: ServerPackage): string {
  return (
    `${name} is not installed, and the tests start a private one from this machine's binaries. ` +
    `Debian and Ubuntu: sudo apt-get install --no-install-recommends ${debian}. macOS: brew install ${homebrew}.`
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
