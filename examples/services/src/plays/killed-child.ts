import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process of its own of a module beside this one, which finds `setting` in its first argument. */
export function startChild(module: string, setting: unknown): ChildProcess {
  return fork(join(import.meta.dirname, module), [JSON.stringify(setting)], {
    // DBOS 5.3 calls pg in a way that pg 9 will not take.
    execArgv: ['--conditions', '@oncely/source', '--disable-warning=DeprecationWarning'],
    // What a library logs is not what is shown here.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
  });
}

/** Kills a process by SIGKILL as soon as something has happened. */
export async function killOnce(happened: () => boolean, child: ChildProcess): Promise<void> {
  while (!happened()) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before anything happened`);
    await sleep(10);
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
}
