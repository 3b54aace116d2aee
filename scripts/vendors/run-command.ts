import { spawn } from 'node:child_process';

/** How a command is run: from where, and with which variables on top of those of this process. */
export interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After how long it is ended; default ten minutes. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end and gives what it printed on the standard output.
 * @throws Error with all that it printed if it ended otherwise than by 0, or took too long.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeoutMs = 600_000 }: Place,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let out = '';
    let all = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
      all += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => (all += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${command} ${args.join(' ')} ended by ${code ?? signal}\n${all.trim()}`));
    });
  });
}
