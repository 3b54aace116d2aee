import { differenceFrom } from '../vendors/effects.ts';
import { run } from '../vendors/run-command.ts';
import { startVendors } from '../vendors/start-vendors.ts';

/**
 * Runs a program twice, each time in a process of its own and with the same ledger in `cwd`, against vendors of its
 * own. `runs` says what it must have done there: `stripe 1, slack 2`, or `nothing`.
 * @throws Error if it fails, or has other effects after the first or the second run than it says.
 */
export async function runTwice(file: string, cwd: string, runs: string): Promise<string> {
  const vendors = await startVendors();
  try {
    for (const time of ['once', 'twice']) {
      await run(process.execPath, [file], { cwd, env: vendors.env, timeoutMs: 60_000 });
      const difference = differenceFrom(runs, vendors.effects());
      if (difference !== undefined) throw new Error(`run ${time}: ${difference}`);
    }
    return runs;
  } finally {
    await vendors.close();
  }
}
