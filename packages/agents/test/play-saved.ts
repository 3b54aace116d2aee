import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { startStripeFake } from '@oncely/testing/fakes/stripe';

import { cellsOf, savedScenarios, type SavedId } from './saved-scenarios.ts';

const worker = fileURLToPath(new URL('./saved-worker.ts', import.meta.url));

/** Refunds of the amount that is counted, by framework and scenario: with the raw tool, and with ours. */
export type SavedCounts = ReadonlyMap<string, Readonly<Record<SavedId, readonly [raw: number, ours: number]>>>;

export interface Played {
  readonly counts: SavedCounts;
  /** What the resumed runs threw, by payment. */
  readonly failures: Readonly<Record<string, string>>;
  /** How ours stands in the ledger in the end. */
  readonly states: readonly (readonly [id: SavedId, state: string | undefined])[];
}

/**
 * Plays the scenarios with saved runs in two processes, each for all the frameworks at once: one begins the runs, saves
 * them, goes on and is killed once the vendor has committed; the other goes on from what was saved.
 */
export async function playSaved(names: readonly string[]): Promise<Played> {
  const fake = await startStripeFake();
  const folder = await mkdtemp(join(tmpdir(), 'oncely-saved-'));
  const cells = cellsOf(names);
  const { host, port } = fake;
  const refunds = (charge: string): number[] =>
    fake
      .effects('refunds.create')
      .filter(({ params }) => params['charge'] === charge)
      .map(({ params }) => Number(params['amount']));
  const start = (phase: string): ChildProcess => {
    const orders = JSON.stringify({ phase, cells, folder, place: { host, port } });
    return spawn(process.execPath, ['--conditions', '@oncely/source', worker, orders], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  try {
    for (const { charge } of cells) fake.seedCharge({ id: charge, amount: 50_000, currency: 'usd' });
    fake.fail({ kind: 'delay', ms: 600_000 }, { times: cells.length });
    const killed = start('begin');
    let over: { readonly error?: unknown } | undefined;
    const gone = ended(killed).then(
      () => (over = {}),
      (error: unknown) => (over = { error }),
    );
    const waiting = (): boolean => cells.some(({ id, charge }) => id === 'b' && refunds(charge).length === 0);
    while (over === undefined && waiting()) await new Promise((resolve) => setTimeout(resolve, 20));
    if (waiting()) throw new Error('the process that was to be killed ended by itself', { cause: over?.error });
    killed.kill('SIGKILL');
    await gone;
    fake.heal();

    await ended(start('go on'));
    const counts = new Map(
      names.map((name) => {
        const row = savedScenarios.map(({ id, counts: amount }) => {
          const count = (kind: string): number =>
            cells
              .filter((cell) => cell.framework === name && cell.id === id && cell.kind === kind)
              .flatMap(({ charge }) => refunds(charge))
              .filter((each) => each === amount).length;
          return [id, [count('raw'), count('ours')]] as const;
        });
        return [name, Object.fromEntries(row) as Record<SavedId, readonly [number, number]>] as const;
      }),
    );
    const failures = cells
      .map(({ charge }) => [charge, join(folder, `${charge}.failed`)] as const)
      .filter(([, file]) => existsSync(file))
      .map(([charge, file]) => [charge, readFileSync(file, 'utf8')]);
    const ledger = sqliteLedger(join(folder, 'effects.db'));
    const { effects } = await createOncely({ ledger, drainOnSigterm: false }).effects.list();
    await ledger.close();
    const states = cells
      .filter(({ kind }) => kind === 'ours')
      .map(({ id, charge }) => [id, effects.find(({ contract }) => contract.businessId === charge)?.state] as const);
    return { counts, states, failures: Object.fromEntries(failures) as Record<string, string> };
  } finally {
    await fake.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The end of a process, or what it wrote where it went wrong. */
async function ended(child: ChildProcess): Promise<void> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the process ended with ${String(code)}: ${text}`);
}
