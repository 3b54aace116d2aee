import { existsSync, readdirSync, readlinkSync } from 'node:fs';

/** What is left of a server: its folder, and on Linux the processes that work in it. */
export function leftoversOf(folder: string): readonly string[] {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  const working = pids.filter((pid) => workingFolder(pid).startsWith(folder)).map((pid) => `process ${pid}`);
  return existsSync(folder) ? [folder, ...working] : working;
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // ended, or not ours
  }
}
