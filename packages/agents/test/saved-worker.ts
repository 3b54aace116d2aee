/** One process of the scenarios with saved runs: begins them and goes on until it is killed, or goes on from what was kept. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import type { Tool } from '@oncely/core/tools';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import Stripe from 'stripe';

import { address, rawTool, toolName, type Desk, type Framework, type Place, type Script } from './desk.ts';
import { frameworkNamed } from './frameworks/by-name.ts';
import { withAmount, type Cell, type KeptRun } from './saved-scenarios.ts';

interface Orders {
  readonly phase: 'begin' | 'go on';
  readonly cells: readonly Cell[];
  readonly folder: string;
  readonly place: Place;
}

const { phase, cells, folder, place } = JSON.parse(process.argv[2] ?? '') as Orders;

const inputOf = ({ charge }: Cell, amount = 500): Readonly<Record<string, unknown>> => ({
  payment: charge,
  amount,
  currency: 'usd',
  reason: null,
  occurrence: null,
});

const scriptOf = (cell: Cell, amount?: number): Script => [[{ id: 'call_1', input: inputOf(cell, amount) }]];

/** Runs something with the tool as a fresh program has it; with ours, nothing is sent before a person approved it. */
async function atDesk<T>(cell: Cell, fn: (desk: Desk, shown: () => Promise<KeptRun['yes']>) => Promise<T>): Promise<T> {
  const none = { approved: true, effect: '', fingerprint: '' };
  if (cell.kind === 'raw') return fn({ tool: rawTool(place) }, async () => none);
  const oncely = createOncely({
    ledger: sqliteLedger(join(folder, 'effects.db')),
    clients: {
      stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...address(place), ...config }), {
        landingBoundMs: 100,
      }),
    },
    leaseMs: 1_200,
    drainOnSigterm: false,
  });
  const [tool] = stripeTools(oncely.clients.stripe, { allow: [toolName], approval: { [toolName]: 'required' } });
  return oncely.scope({ businessId: cell.charge, workflowId: 'refund-desk' }, () =>
    fn({ tool: tool as Tool, effects: oncely.effects }, async () => {
      const effect = await oncely.effects.get(String(await tool?.slotOf?.(inputOf(cell))));
      return { approved: true, effect: effect?.key ?? '', fingerprint: effect?.approval?.fingerprint ?? '' };
    }),
  );
}

const fileOf = (cell: Cell): string => join(folder, cell.charge);

function keep(cell: Cell, run: KeptRun): void {
  writeFileSync(`${fileOf(cell)}.new`, serialize(run));
  renameSync(`${fileOf(cell)}.new`, fileOf(cell));
}

const kept = (cell: Cell): KeptRun => deserialize(readFileSync(fileOf(cell))) as KeptRun;

function begin(cell: Cell, framework: Framework): Promise<void> {
  return atDesk(cell, async (desk, shown) => {
    // Without a memory and without approvals of its own, the raw program asks before it begins the run.
    const ask = async (): Promise<unknown> =>
      cell.kind === 'ours' ? framework.run(desk.tool, scriptOf(cell)) : undefined;
    const { saved } = framework;
    const state = saved ? await saved.begin(desk, scriptOf(cell)) : await ask();
    keep(cell, { state: saved ? state : null, yes: await shown() });
  });
}

function goOn(cell: Cell, framework: Framework, edit = false): Promise<unknown> {
  return atDesk(cell, async (desk) => {
    const { state, yes } = kept(cell);
    const { saved } = framework;
    if (saved) {
      const from = edit ? withAmount(state, 500, 5000) : state;
      const keepOn = phase === 'begin' ? (now: unknown) => keep(cell, { state: now, yes }) : () => undefined;
      return saved.resume(desk, from, yes, keepOn);
    }
    await desk.effects?.approve(yes.effect, { by: 'ann', id: 'yes', fingerprint: yes.fingerprint });
    return framework.run(desk.tool, scriptOf(cell, edit ? 5000 : 500));
  });
}

async function play(cell: Cell): Promise<void> {
  const framework = await frameworkNamed(cell.framework);
  const times = cell.id === 'e' ? 2 : 1;
  const ended = await Promise.allSettled(Array.from({ length: times }, () => goOn(cell, framework, cell.id === 'f')));
  const failed = ended.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  if (failed.length > 0) writeFileSync(`${fileOf(cell)}.failed`, failed.join('\n'));
}

if (phase === 'begin') {
  await Promise.all(cells.map(async (cell) => begin(cell, await frameworkNamed(cell.framework))));
  // The vendor commits and does not answer: here this process is killed.
  await Promise.all(cells.filter(({ id }) => id === 'b').map(play));
} else {
  await Promise.all(cells.map(play));
}
process.exit(0);
