/**
 * Kills an agent at every point where it can die, for real, and counts what happened at the vendors.
 * @module
 */
import { AssertionError } from 'node:assert';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startChild, type PointHit } from './crash/child.ts';
import {
  describeKill,
  killsOf,
  revive,
  runInto,
  total,
  whyOf,
  type Counts,
  type Kill,
  type RunningWorld,
} from './crash/sweep.ts';
import { crashTable } from './crash/table.ts';

/** What one run of the agent and its vendors live in. */
export interface CrashWorld<Name extends string = string> {
  /** Added to the agent's environment: the addresses of the fakes, the place of the ledger. */
  readonly env?: Readonly<Record<string, string>>;
  /** How often each effect has really happened, counted at the vendor. */
  readonly counts: Readonly<Record<Name, () => number | Promise<number>>>;
  /** Ends the fakes. */
  close?(): unknown;
}

export interface CrashTestOptions<Name extends string = string> {
  /** The module that exports the agent, as `agent` or as its default: an async function, run in a process of its own. */
  readonly agent: URL;
  /** How often each effect is to happen, whatever happens to the process. */
  readonly expect: Readonly<Record<Name, number>>;
  /** Makes a world of its own for each death: fresh fakes, and a ledger in `directory`, which is removed afterwards. */
  readonly setup: (run: { readonly directory: string }) => CrashWorld<Name> | Promise<CrashWorld<Name>>;
  /** Tries these deaths alone, by their names in the table: for a closer look at one that failed. */
  readonly only?: RegExp;
  /** How often at most the agent is run again after a death. Default 5. */
  readonly runs?: number;
  /** How many deaths are tried at once. Default 4. */
  readonly concurrency?: number;
  /** When a run that does not end is killed and counts as failed, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Node's own arguments for the agent's process, such as `['--import', 'tsx']`. */
  readonly execArgv?: readonly string[];
  /** Is given the table in the end, whether or not all was well: `console.log`. */
  readonly print?: (table: string) => void;
}

/** One death and what became of it. */
export interface CrashRow {
  /** Where the process was killed: `after_claim of invoice_1:refund-desk:refund`, `after effect 2`. */
  readonly death: string;
  readonly killed: 'killed' | 'ended_first' | 'not_reached';
  /** How often the agent was run again. */
  readonly runs: number;
  /** What the last run ended with; `stopped`: Oncely waits for a person, which is no fault. */
  readonly end: 'returned' | 'stopped' | 'failed';
  readonly counts: Counts;
  /** What is wrong here; absent: nothing. */
  readonly wrong?: string;
}

/**
 * Proves that an agent's effects happen once however it dies. A whole run shows the crash points that it comes to; then
 * for each of them, and for the moment right after each effect, a fresh process is killed there by SIGKILL and run again
 * to its end, and the effects are counted. The moment after an effect is found by counting alone, so calls that do not
 * go through Oncely are caught as well. The lease is waited for after most deaths: give the agent a `leaseMs` of about
 * 1,000 and adapters a short `landingBoundMs` under test.
 *
 * @returns one row a death
 * @throws AssertionError with the table, when a count is not as expected or the agent cannot be brought to its end. An
 * effect that Oncely stopped for a person may be missing, and never be there twice.
 * @example
 * await crashTest({
 *   agent: new URL('./refund-agent.ts', import.meta.url),
 *   expect: { refunds: 1, messages: 1 },
 *   setup: async ({ directory }) => {
 *     const [stripe, slack] = await Promise.all([startStripeFake({ autoCharges: true }), startSlackFake()]);
 *     return {
 *       env: { LEDGER: `${directory}/effects.db`, STRIPE_PORT: `${stripe.port}`, SLACK_API_URL: slack.apiUrl },
 *       counts: { refunds: () => stripe.effects().length, messages: () => slack.effects().length },
 *       close: () => Promise.all([stripe.close(), slack.close()]),
 *     };
 *   },
 * });
 */
export async function crashTest<Name extends string>(options: CrashTestOptions<Name>): Promise<readonly CrashRow[]> {
  const root = await mkdtemp(join(tmpdir(), 'oncely-crash-test-'));
  try {
    return await sweep(options, root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const otherIds = 'this run did not come here, so nothing was tested: give scopes and effects the same ids in every run';

function chosenOf(kills: readonly Kill[], only: RegExp | undefined): readonly Kill[] {
  if (only === undefined) return kills;
  const chosen = kills.filter((kill) => describeKill(kill).search(only) >= 0);
  if (chosen.length > 0) return chosen;
  const names = kills.map(describeKill).join(', ');
  throw new RangeError(`none of the ${kills.length} deaths has a name as in \`only\` (${only}): ${names}`);
}

async function sweep(options: CrashTestOptions, root: string): Promise<readonly CrashRow[]> {
  const all = await inWorld(options, root, 'clean', (world) => cleanRun(world, options.expect));
  const kills = chosenOf(all, options.only);
  const tried: CrashRow[] = [];
  const next = kills.entries();
  let goesOn = true;
  const worker = async (): Promise<void> => {
    for (const [index, kill] of next) {
      const row = await inWorld(options, root, String(index), (world) => rowOf(kill, world, options));
      tried[index] = row;
      // An agent with other ids in every run comes nowhere twice: each further death would say so again.
      goesOn &&= row.wrong?.endsWith(otherIds) !== true;
      if (!goesOn) return;
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: options.concurrency ?? 4 }, worker));
  const broken = workers.find((each) => each.status === 'rejected');
  if (broken) throw broken.reason;

  // Without the holes where it was not gone on.
  const rows = tried.filter(() => true);
  const table = crashTable(rows);
  options.print?.(table);
  const wrong = rows.filter((row) => row.wrong !== undefined);
  if (wrong.length > 0) {
    throw new AssertionError({
      message: `${wrong.length} of ${rows.length} deaths leave a wrong outcome\n\n${table}`,
      actual: wrong.map(({ death, counts }) => ({ death, counts })),
      expected: wrong.map(({ death }) => ({ death, counts: options.expect })),
    });
  }
  return rows;
}

/** Builds a world, uses it and takes it down again. */
async function inWorld<T>(
  options: CrashTestOptions,
  root: string,
  name: string,
  use: (world: RunningWorld) => Promise<T>,
): Promise<T> {
  const directory = join(root, name);
  await mkdir(directory);
  const world = await options.setup({ directory });
  const { env, counts } = world;
  try {
    return await use({
      child: {
        module: options.agent,
        exports: ['agent', 'default'],
        // Every death loads the same modules.
        env: { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, 'compiled'), ...env },
        ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      },
      count: async () =>
        Object.fromEntries(await Promise.all(Object.entries(counts).map(async ([id, count]) => [id, await count()]))),
    });
  } finally {
    await world.close?.();
  }
}

/** A run without a death: where it can be killed. */
async function cleanRun(world: RunningWorld, expected: Counts): Promise<Kill[]> {
  const child = startChild(world.child);
  const points: readonly PointHit[] = child.points;
  const end = await child.ended;
  const counts = await world.count();
  const wrong = end.how === 'returned' ? differences(counts, expected, 'exactly') : whyOf(end);
  if (wrong !== undefined) {
    throw new AssertionError({
      message: `the agent is wrong before anything kills it: ${wrong}`,
      actual: counts,
      expected,
    });
  }
  return killsOf(points, total(counts));
}

async function rowOf(kill: Kill, world: RunningWorld, options: CrashTestOptions): Promise<CrashRow> {
  const atMost = options.runs ?? 5;
  const killed = await runInto(kill, world, atMost);
  const { end, runs, error } = await revive(world, atMost);
  const counts = await world.count();
  const row = { death: describeKill(kill), killed, runs, end, counts };
  const wrong = [
    differences(counts, options.expect, end === 'stopped' ? 'at most' : 'exactly'),
    end === 'failed' ? `it does not come to its end: ${error?.message}` : undefined,
    // A repeated point may fall away, as a retry does; a first one only if the runs differ in their ids.
    killed === 'not_reached' && !(kill.kind === 'point' && kill.occurrence > 1) ? otherIds : undefined,
  ].filter((each) => each !== undefined);
  return wrong.length === 0 ? row : { ...row, wrong: wrong.join('; ') };
}

function differences(counts: Counts, expected: Counts, how: 'exactly' | 'at most'): string | undefined {
  const wrong = Object.entries(expected).flatMap(([name, wanted]) => {
    const count = counts[name] ?? 0;
    const fine = how === 'exactly' ? count === wanted : count <= wanted;
    return fine ? [] : [`${name}: ${count} instead of ${how === 'exactly' ? '' : 'at most '}${wanted}`];
  });
  return wrong.length === 0 ? undefined : wrong.join(', ');
}
