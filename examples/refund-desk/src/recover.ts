/** A fresh process that settles what dead workers left behind: what a deployment runs at its start, or every minute. */
import { setTimeout as sleep } from 'node:timers/promises';

import { oncely } from './agent-oncely.ts';
import { bounds } from './bounds.ts';

const pauseMs = 200;

/** What a recovery made of the effects that it found open. */
export interface Recovery {
  readonly settled: number;
  readonly stopped: number;
}

const found = await openSlots();
// After a resend from "absent" one more look is due, for two.
await sleep(bounds.landingBoundMs);
do {
  const { diverged } = await oncely.recover({ limit: 1_000 });
  if (diverged.length > 0) throw new Error(`happened twice: ${diverged.join(', ')}`);
  await sleep(pauseMs);
} while ((await openSlots()).length > 0);

const states = await Promise.all(found.map(async (slot) => (await oncely.effects.get(slot))?.state));
const recovery: Recovery = {
  settled: states.filter((state) => state === 'succeeded').length,
  stopped: states.filter((state) => state === 'stopped').length,
};
process.send?.(recovery);
await oncely.close();
process.disconnect();

async function openSlots(): Promise<string[]> {
  const executing = await oncely.effects.list({ state: 'executing', limit: 1_000 });
  const inDoubt = await oncely.effects.list({ state: 'in_doubt', limit: 1_000 });
  return [...executing.effects, ...inDoubt.effects].map(({ slot }) => slot);
}
