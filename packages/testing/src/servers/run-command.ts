import { execFile } from 'node:child_process';

import { serverEnvironment } from './server-environment.ts';
import type { ServerUser } from './server-user.ts';

export interface RunCommandOptions {
  readonly user?: ServerUser | undefined;
  /** Milliseconds; default one minute. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end and gives what it wrote, trimmed; rejects with what it complained of. */
export function runCommand(file: string, args: readonly string[], options: RunCommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = {
      ...options.user,
      // The user of a server may not enter the present folder.
      cwd: '/',
      env: serverEnvironment(),
      timeout: options.timeoutMs ?? 60_000,
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile(file, [...args], settings, (cause, output, complaint) => {
      if (cause === null) resolve(output.trim());
      else reject(new Error(`${file} failed: ${complaint.trim() || cause.message}`, { cause }));
    });
  });
}
