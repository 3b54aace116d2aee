import { startWorld, type Framework, type Script } from './desk.ts';

const part = { payment: 'ch_1', amount: 500, currency: 'usd', reason: null, occurrence: null };

/** The same refund in other words: another order, other case, another reason. */
const reworded = { occurrence: null, reason: null, currency: 'USD', amount: 500, payment: 'ch_1' };

interface Scenario {
  readonly id: 'a' | 'c' | 'd' | 'g';
  readonly what: string;
  /** What has to be in the end. */
  readonly effects: number;
  /** Whether the vendor's first answer is lost once the refund was made. */
  readonly lost?: true;
  /** What the mock model writes, run by run, each run as a fresh program. */
  readonly runs: readonly Script[];
}

export const scenarios: readonly Scenario[] = [
  {
    id: 'a',
    what: 'the tool throws after the effect, and the framework or the run tries again',
    effects: 1,
    lost: true,
    runs: [[[{ id: 'call_1', input: part }], [{ id: 'call_2', input: part }]]],
  },
  {
    id: 'c',
    what: 're-prompted: another call id, other wording',
    effects: 1,
    runs: [[[{ id: 'call_1', input: part }]], [[{ id: 'call_9', input: reworded }]]],
  },
  {
    id: 'd',
    what: 'the same call twice in one response, in parallel',
    effects: 1,
    runs: [
      [
        [
          { id: 'call_1', input: part },
          { id: 'call_2', input: part },
        ],
      ],
    ],
  },
  {
    id: 'g',
    what: 'two partial refunds, asked for as such',
    effects: 2,
    runs: [
      [
        [
          { id: 'call_1', input: part },
          { id: 'call_2', input: { ...part, amount: 700, occurrence: 2 } },
        ],
      ],
    ],
  },
];

/** Plays a scenario in a framework and counts the refunds at the vendor. */
export async function play(framework: Framework, scenario: Scenario, kind: 'raw' | 'ours'): Promise<number> {
  const world = await startWorld();
  try {
    if (scenario.lost) world.fake.fail({ kind: 'reset_after_effect' });
    for (const script of scenario.runs) await runToItsEnd(framework, script, kind, world);
    return world.refunds();
  } finally {
    await world.close();
  }
}

/** A run that an error ended is started anew, as a program does; the model goes on where it was. */
async function runToItsEnd(
  framework: Framework,
  script: Script,
  kind: 'raw' | 'ours',
  world: Awaited<ReturnType<typeof startWorld>>,
): Promise<void> {
  for (let from = 0; from < script.length; from += 1) {
    try {
      await world.withTool(kind, (tool) => framework.run(tool, script.slice(from)));
      return;
    } catch (error) {
      if (from === script.length - 1) throw error;
    }
  }
}
