import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ServerUser } from './server-user.ts';

/** A temporary folder that ends with this process, and the server in it with the folder. */
export interface ServerFolder {
  readonly path: string;
  /** Tells the guard which process is the server; undefined when there is none. */
  watch(pid: number | undefined): void;
  /** Kills what still runs in the folder and removes it. */
  remove(): Promise<void>;
}

/**
 * The guard: reads the server's process id from its standard input, which ends when our process closes it or dies,
 * by SIGKILL too. Then it kills the server, its children and whoever else works in the folder, frees the shared memory
 * that a killed Postgres leaves, and removes the folder.
 *
 * $1: the folder
 */
const guardScript = `
trap '' HUP INT TERM
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -STOP "$pid" # it forks no more
  children=$(cat "/proc/$pid/task/$pid/children" || pgrep -P "$pid")
  kill -KILL "$pid" $children
fi
workers=$(ls -l /proc/[0-9]*/cwd | sed -n "s|.* /proc/\\([0-9]*\\)/cwd -> $1\\(/.*\\)*$|\\1|p")
[ -n "$workers" ] && kill -KILL $workers
for file in "$1"/*/postmaster.pid; do
  [ -f "$file" ] && set -- "$1" $(sed -n 7p "$file") && [ -n "$3" ] && ipcrm -m "$3"
done
tries=50
until rm -rf "$1" || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
`;

/** Makes a private folder under the system's temporary one, named for its purpose and owned by the server's user. */
export async function createServerFolder(purpose: string, user?: ServerUser): Promise<ServerFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `oncely-${purpose}-`)));
  const guarding = spawn('/bin/sh', ['-c', guardScript, 'oncely-guard', path], {
    // In a session of its own, out of reach of a terminal's Ctrl-C.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(guarding, 'exit');
  const { stdin } = guarding;
  stdin.on('error', () => undefined); // the guard itself was killed
  guarding.unref();
  (stdin as Socket).unref();
  if (user) await chown(path, user.uid, user.gid);

  return {
    path,
    watch: (pid) => void stdin.write(`${pid ?? ''}\n`),
    async remove() {
      guarding.ref();
      stdin.end();
      await ended;
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
