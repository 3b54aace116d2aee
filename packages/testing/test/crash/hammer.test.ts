import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { startSlackFake } from '../../src/fakes/slack.ts';
import { startStripeFake } from '../../src/fakes/stripe.ts';
import type { CaseDone, ManyCases } from './agents/many-cases.ts';
import { startAlone } from './crew.ts';
import { endOf, until } from './run.ts';

const cases = Array.from({ length: 20 }, (_, index) => `case_${index}`);
const killsEach = 3;
const all = process.env['ONCELY_CRASH'] === 'all';

describe.concurrent('two processes on the same 20 cases at once, both killed up to three times at random', () => {
  for (const seed of all ? [1, 2, 3] : [1]) {
    test(`seed ${seed}: one refund and one message a case`, { timeout: 120_000 }, async () => {
      const random = seeded(seed);
      const [stripe, slack] = await Promise.all([startStripeFake({ autoCharges: true }), startSlackFake()]);
      const directory = await mkdtemp(join(tmpdir(), 'oncely-crash-'));
      const args: ManyCases = {
        ledger: join(directory, 'effects.db'),
        stripePort: stripe.port,
        slackApiUrl: slack.apiUrl,
        cases,
        leaseMs: 1_500,
        landingBoundMs: 400,
      };
      try {
        const acknowledged = (await Promise.all([hammer(args, random), hammer(args, random)])).flat();
        const happened = [
          ...stripe.effects().map(({ id, params }) => ({ case: `refund of ${JSON.stringify(params['charge'])}`, id })),
          ...slack.effects().map(({ id, text }) => ({ case: `message ${JSON.stringify(text)}`, id })),
        ];
        const wanted = cases.flatMap((id) => [`refund of "ch_${id}"`, `message "refunded ${id}"`]);
        expect(happened.map((each) => each.case).toSorted(byText)).toEqual(wanted.toSorted(byText));
        // Whatever a process was told, before its death too, is what happened.
        const truth = new Map(happened.map((each) => [each.case, each.id]));
        for (const { businessId, effect, vendorId } of acknowledged) {
          const name = effect === 'refund' ? `refund of "ch_${businessId}"` : `message "refunded ${businessId}"`;
          expect(vendorId).toBe(truth.get(name));
        }
      } finally {
        await Promise.all([stripe.close(), slack.close(), rm(directory, { recursive: true, force: true })]);
      }
    });
  }
});

/** Runs the agent, killing it at random moments, until it has been let run to its end. */
async function hammer(args: ManyCases, random: () => number): Promise<CaseDone[]> {
  const acknowledged: CaseDone[] = [];
  for (let kills = 0; ; kills += 1) {
    const child = await startAlone({ module: './agents/many-cases.ts', name: 'agent', argument: args });
    if (kills < killsEach) {
      // In the middle of the work, wherever its many effects are by then.
      const enough = 5 + random() * 100;
      let over = false;
      void child.ended.finally(() => (over = true));
      await until(() => over || child.points.length > enough, 'enough work was done');
      child.signal('SIGKILL');
    }
    const end = await endOf(child);
    acknowledged.push(...(child.acknowledged as CaseDone[]));
    expect(end.error).toBeUndefined();
    if (end.how === 'returned') return acknowledged;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
