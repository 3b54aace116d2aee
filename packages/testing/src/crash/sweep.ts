import { startChild, type ChildEnd, type ChildOptions, type PointHit } from './child.ts';
import type { CrashAt, ReportedError } from './protocol.ts';

/** Where one run of a crash test is killed. */
export type Kill =
  /** At a crash point of an effect; `occurrence` counts how often the run came to it. */
  | { readonly kind: 'point'; readonly point: string; readonly slot: string; readonly occurrence: number }
  /** As soon as this many effects have happened, however they were caused. */
  | { readonly kind: 'effects'; readonly count: number }
  /** Once the agent has returned. */
  | { readonly kind: 'returned' };

export type Counts = Readonly<Record<string, number>>;

/** One world that an agent runs in: a place for its ledger, its vendors, and how to count there. */
export interface RunningWorld {
  readonly child: Omit<ChildOptions, 'at'>;
  count(): Promise<Counts>;
}

/** How often at most an agent is run again until it ends by itself. */
export interface Revived {
  /** `stopped`: Oncely stopped for a person; `failed`: it still threw or died in the last run. */
  readonly end: 'returned' | 'stopped' | 'failed';
  readonly runs: number;
  readonly error?: ReportedError;
}

/** Every place at which a run can be killed, from what a whole run came to. */
export function killsOf(points: readonly PointHit[], effects: number): Kill[] {
  const met = new Map<string, number>();
  const atPoints = points
    .filter((hit) => hit.point !== 'returned')
    .map(({ point, slot }): Kill => {
      const occurrence = (met.get(`${point} ${slot}`) ?? 0) + 1;
      met.set(`${point} ${slot}`, occurrence);
      return { kind: 'point', point, slot, occurrence };
    });
  const atEffects = Array.from({ length: effects }, (_, index): Kill => ({ kind: 'effects', count: index + 1 }));
  return [...atPoints, ...atEffects, { kind: 'returned' }];
}

/** For people: where it was killed. */
export function describeKill(kill: Kill): string {
  switch (kill.kind) {
    case 'point':
      return `${kill.point}${kill.occurrence === 1 ? '' : `#${kill.occurrence}`} of ${kill.slot}`;
    case 'effects':
      return `after effect ${kill.count}`;
    case 'returned':
      return 'after the agent returned';
  }
}

/**
 * Runs the agent into its death. `ended_first`: all effects had happened, and the process had ended by itself before
 * it could be killed. `not_reached`: it never came to that place.
 */
export async function runInto(
  kill: Kill,
  world: RunningWorld,
  runs: number,
): Promise<'killed' | 'ended_first' | 'not_reached'> {
  // A run that fails on its way, as one too slow for its send window does, is run again like any other.
  for (let run = 1; run <= runs; run += 1) {
    const { how } = await (kill.kind === 'effects'
      ? runToCount(kill.count, world)
      : startChild({ ...world.child, at: placeOf(kill) }).ended);
    if (how === 'killed') return 'killed';
    if (kill.kind === 'effects' && total(await world.count()) >= kill.count) return 'ended_first';
    if (how !== 'threw') break;
  }
  return 'not_reached';
}

/** Runs the agent until so many effects have happened, and kills it then. */
async function runToCount(count: number, world: RunningWorld): Promise<ChildEnd> {
  const child = startChild(world.child);
  let over = false;
  const ended = child.ended.finally(() => (over = true));
  while (!over && total(await world.count()) < count) await pause(1);
  child.signal('SIGKILL');
  return ended;
}

function placeOf(kill: Exclude<Kill, { kind: 'effects' }>): CrashAt {
  if (kill.kind === 'returned') return { point: 'returned', signal: 'SIGKILL' };
  const { point, slot, occurrence } = kill;
  return { point, slot, occurrence, signal: 'SIGKILL' };
}

/** Runs the agent again until it returns or stops for a person. */
export async function revive(world: RunningWorld, runs: number): Promise<Revived> {
  let last: ChildEnd | undefined;
  for (let run = 1; run <= runs; run += 1) {
    last = await startChild(world.child).ended;
    if (last.how === 'returned') return { end: 'returned', runs: run };
    if (last.error?.code === 'stopped') return { end: 'stopped', runs: run, error: last.error };
  }
  const error = last?.error ?? { message: last ? whyOf(last) : 'it was not run' };
  return { end: 'failed', runs, error };
}

/** Why a run did not return. */
export function whyOf(end: ChildEnd): string {
  return (
    end.error?.message ??
    `the process ended without a result (${end.how})${end.output === '' ? '' : `: ${end.output.trim()}`}`
  );
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
