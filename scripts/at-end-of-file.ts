/**
 * What a test file's helpers opened is closed with the file. Test files share processes, and with them the helpers'
 * modules: a hook that such a module registers by itself is one of the first file alone.
 */
const cleanups: (() => unknown)[] = [];

/** Runs `cleanup` after the last test of the file that is running; what was registered last, first. */
export function atEndOfFile(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** For the setup file, which vitest runs for each test file. */
export async function endFile(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}
