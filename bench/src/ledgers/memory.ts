/**
 * Whether this process's memory stays as it is over a million effects, through the runner and the batching, with a server
 * that keeps nothing. `npm run bench:memory [-- --effects 100000 --write]`
 */
import { parseArgs } from 'node:util';

import type { Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { postgresLedger } from '@oncely/core/ledgers/postgres';

import { localEffects } from './local-vendor.ts';
import { inWords } from './measure.ts';
import { machine, markdownTable, writeSection } from './report.ts';

const { values } = parseArgs({
  options: { effects: { type: 'string', default: '1000000' }, write: { type: 'boolean', default: false } },
});
const effects = Number(values.effects);
const inFlight = 64;
const samples = 10;
/** More than this is growth: a hundred bytes an effect kept by mistake would be a hundred times as much. */
const allowedGrowth = 1_000_000;

const collect = globalThis.gc;
if (collect === undefined) throw new Error('run it with node --expose-gc');

const { perform, close } = localEffects(forgetfulLedger());
const heap: number[] = [];
let performed = 0;
const started = performance.now();
await performUntil(Math.min(effects / samples, 20_000)); // compiled and warm before the first sample
for (let sample = 0; sample <= samples; sample += 1) {
  await performUntil(Math.max(performed, (effects / samples) * sample));
  collect();
  heap.push(process.memoryUsage().heapUsed);
  console.error(`${inWords(performed)} effects, ${megabytes(heap.at(-1) ?? 0)} MB`);
}
const seconds = (performance.now() - started) / 1_000;
await close();

const growth = (heap.at(-1) ?? 0) - (heap[0] ?? 0);
const verdict = growth <= allowedGrowth ? 'flat' : 'not flat';
const summary = `${verdict}: ${megabytes(heap[0] ?? 0)} MB of heap after ${inWords(Math.min(effects / samples, 20_000))} effects, ${megabytes(heap.at(-1) ?? 0)} MB after ${inWords(performed)} (${(growth / performed).toFixed(2)} bytes an effect), ${inFlight} in flight`;
console.log(`${summary}, ${seconds.toFixed(0)} s`);
if (values.write || effects >= 1_000_000) {
  const rows = heap.map((bytes, at) => [inWords((effects / samples) * at), megabytes(bytes)]);
  rows[0] = [inWords(Math.min(effects / samples, 20_000)), megabytes(heap[0] ?? 0)];
  writeSection(
    'memory',
    `${summary}.\n\n${markdownTable(['effects', 'heap after a collection, MB'], rows)}\n\n${machine([])
      .map((line) => `- ${line}`)
      .join('\n')}`,
  );
}

async function performUntil(total: number): Promise<void> {
  const worker = async (): Promise<void> => {
    while (performed < total) {
      performed += 1;
      await perform(performed);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** The Postgres ledger, batching and all, on a server that says it has stored everything and keeps nothing. */
function forgetfulLedger(): Ledger {
  const postgres = postgresLedger({
    query: async (statement, values) => {
      const now = Date.now();
      const expects = values[2];
      if (statement.includes('write_one')) {
        return { rows: [{ answer: `written ${now} ${Number(expects) + 1} ${now} -` }] };
      }
      // An array of numbers as Postgres writes it.
      const revisions = String(expects).slice(1, -1).split(',');
      const rows = revisions.map((expect, at) => ({
        n: at + 1,
        kind: 'written',
        now_at: now,
        revision: Number(expect) + 1,
        at: now,
      }));
      return { rows };
    },
  });
  return { ...memoryLedger(), name: 'nothing', write: (command) => postgres.write(command) };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(2);
}
