import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { childrenOf } from './children-of.ts';
import { freePort } from './free-port.ts';
import { serverEnvironment } from './server-environment.ts';
import type { ServerFolder } from './server-folder.ts';
import type { ServerUser } from './server-user.ts';

export interface ServerProcessOptions {
  /** What messages call it. */
  readonly name: string;
  readonly file: string;
  readonly args: (port: number) => readonly string[];
  readonly folder: ServerFolder;
  readonly cwd: string;
  readonly user?: ServerUser | undefined;
  /** Ends the server in good order, whoever is still connected. */
  readonly quit: NodeJS.Signals;
  /** Whether it answers; asked again and again while it starts. */
  readonly ready: (port: number, pid: number) => Promise<boolean>;
}

/** One server that can die and come back at the same port. */
export interface ServerProcess {
  readonly port: number;
  /** Undefined while the server does not run. */
  pid(): number | undefined;
  /** What the server wrote since it was first started. */
  log(): string;
  /**
   * Sends a signal, to the children too if it is SIGKILL, SIGSTOP or SIGCONT. After SIGKILL it resolves when the server
   * has ended, otherwise at once.
   */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the server in good order if it runs, and starts it at the same port; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

const startTimeoutMs = 45_000;
const quitTimeoutMs = 10_000;

// Passes by itself: a port that somebody else was faster to take, and the backends of a killed Postgres on their way out.
const passing =
  /address already in use|failed listening|pre-existing shared memory block|lock file "postmaster.pid" already exists/i;

/** Starts a server at a free loopback port and resolves when it answers; leaves nothing behind when it does not. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, file, folder } = options;
  const logFile = join(folder.path, 'log');
  let running: { readonly child: ChildProcess; readonly pid: number; readonly ended: Promise<void> } | undefined;

  const launch = async (port: number, giveUpAt: number): Promise<'ready' | { readonly failure: string }> => {
    const log = openSync(logFile, 'a');
    const logged = statSync(logFile).size;
    const child = spawn(file, [...options.args(port)], {
      ...options.user,
      cwd: options.cwd,
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await once(child, 'spawn'); // or rejects
    const pid = child.pid!;
    folder.watch(pid);
    const ended = once(child, 'exit').then(() => {
      folder.watch(undefined);
      running = undefined;
    });
    child.unref();
    running = { child, pid, ended };
    while (running !== undefined && performance.now() < giveUpAt) {
      if ((await options.ready(port, pid)) && running !== undefined) return 'ready';
      await sleep(10);
    }
    await kill('SIGKILL');
    return { failure: readFileSync(logFile, 'utf8').slice(logged) };
  };

  const start = async (fixed?: number): Promise<number> => {
    const giveUpAt = performance.now() + startTimeoutMs;
    for (;;) {
      const port = fixed ?? (await freePort());
      const outcome = await launch(port, giveUpAt);
      if (outcome === 'ready') return port;
      if (!passing.test(outcome.failure) || performance.now() >= giveUpAt) {
        throw new Error(`${name} (${file}) did not start. Its last words:\n${outcome.failure.slice(-2_000)}`);
      }
      await sleep(50);
    }
  };

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (running === undefined) return;
    const { pid } = running;
    if (signal === 'SIGKILL') send(pid, 'SIGSTOP'); // it forks no more
    const family = /^SIG(KILL|STOP|CONT)$/.test(signal) ? [pid, ...childrenOf(pid)] : [pid];
    for (const member of family) send(member, signal);
    if (signal === 'SIGKILL') await end();
  };

  const end = async (): Promise<void> => {
    running?.child.ref(); // a process with nothing else to do waits too
    await running?.ended;
  };

  const quit = async (): Promise<void> => {
    await kill('SIGCONT');
    const killAt = performance.now() + quitTimeoutMs;
    while (running !== undefined && performance.now() < killAt) {
      // Sent again, as Redis refuses to end while it writes its first append-only file.
      await kill(options.quit);
      await Promise.race([end(), sleep(500)]);
    }
    await kill('SIGKILL');
  };

  const first = async (): Promise<number> => {
    try {
      return await start();
    } catch (error) {
      await folder.remove();
      throw error;
    }
  };
  const port = await first();

  return {
    port,
    pid: () => running?.pid,
    log: () => readFileSync(logFile, 'utf8'),
    kill,
    async restart() {
      await quit();
      await start(port);
    },
    async stop() {
      await kill('SIGKILL'); // what it would tidy up goes with the folder
      await folder.remove();
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended by itself
  }
}
