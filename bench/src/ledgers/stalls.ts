/**
 * For how long each call that goes through a ledger keeps everybody else in its process from having a turn, at worst. On
 * servers of this run's own. `npm run bench:stalls [-- --records 250000 --only sqlite]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createOncely, type Ledger, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { startPostgres } from '@oncely/testing/servers/postgres';
import { startRedis } from '@oncely/testing/servers/redis';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

import type { WriteCommand } from '../effect-commands.ts';
import { localEffects } from './local-vendor.ts';
import { inWords } from './measure.ts';
import { machine, markdownTable } from './report.ts';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '100000' }, only: { type: 'string' } },
});
const records = Number(values.records);
/** The longest that one turn may take, in milliseconds. */
const target = 20;

interface Store {
  readonly ledger: Ledger;
  readonly close: () => Promise<void>;
}

const stores: Record<string, () => Promise<Store>> = {
  memory: async () => ({ ledger: memoryLedger(), close: async () => {} }),
  sqlite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oncely-stalls-'));
    const ledger = sqliteLedger(join(folder, 'effects.db'));
    return { ledger, close: async () => rmSync(folder, { recursive: true, force: true }) };
  },
  postgres: async () => {
    const server = await startPostgres();
    const pool = new Pool({ connectionString: server.url, max: 8 });
    return {
      ledger: postgresLedger(pool),
      close: async () => {
        await pool.end();
        await server.stop();
      },
    };
  },
  redis: async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    return {
      ledger: redisLedger(client),
      close: async () => {
        client.disconnect();
        await server.stop();
      },
    };
  },
};

const calls: Record<string, (oncely: Oncely) => Promise<unknown>> = {
  'audit.seal, everything': (oncely) => oncely.audit.seal(),
  'audit.verify': (oncely) => oncely.audit.verify(),
  'audit.export': (oncely) => allOf(oncely.audit.export()),
  'audit.seals': (oncely) => allOf(oncely.audit.seals()),
  'audit.timeline of one workflow': (oncely) => oncely.audit.timeline({ businessId: 'many', workflowId: 'bench' }),
  'effects.list, all pages': async (oncely) => {
    let after: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof oncely.effects.list>> = await oncely.effects.list({
        limit: 1_000,
        ...(after === undefined ? {} : { after }),
      });
      after = page.next;
    } while (after !== undefined);
  },
  'effects.list of a rare state': (oncely) => oncely.effects.list({ state: 'awaiting_approval' }),
  'inspect.observations': (oncely) => oncely.inspect.observations(),
  recover: (oncely) => oncely.recover(),
  'effects.list of what is in doubt': (oncely) => oncely.effects.list({ state: 'in_doubt' }),
  sweep: (oncely) => oncely.sweep({ limit: records }),
  'prune, a walk': (oncely) => oncely.prune({ walk: true, limit: records, dryRun: true }),
  'workflows.pause, waiting': (oncely) =>
    oncely.workflows.pause({ businessId: 'many', workflowId: 'bench' }, { by: 'bench', wait: true }),
};

const rows: string[][] = [];
for (const [name, open] of Object.entries(stores)) {
  if (values.only !== undefined && values.only !== name) continue;
  const { ledger, close } = await open();
  try {
    await fill(ledger);
    console.error(`${name}: ${inWords(records)} records`);
    const oncely = createOncely({ ledger, clients: {}, drainOnSigterm: false });
    for (const [call, run] of Object.entries(calls)) {
      const { tookMs, wall, cpu } = await longestTurn(() => run(oncely));
      rows.push([name, call, tookMs.toFixed(0), wall.toFixed(1), cpu.toFixed(1), cpu <= target ? '' : 'missed']);
      console.error(rows.at(-1)?.join('  '));
    }
    await oncely.close();
    await ledger.close();
  } finally {
    await close();
  }
}
console.log(
  `${markdownTable(['store', 'call', 'took ms', 'longest turn, ms', 'of that at work, ms', ''], rows)}\n\n${machine([]).join('\n')}`,
);

/**
 * Each effect as one write, as it would stand there: settled, but for every tenth, which a dead process left under way,
 * and one in twenty of the same workflow.
 */
async function fill(ledger: Ledger): Promise<void> {
  await ledger.open();
  const filled: WriteCommand[] = [];
  let begun = 0;
  const source = memoryLedger();
  const { perform, close } = localEffects(
    {
      ...source,
      write: (command) => {
        begun += command.expect === 0 ? 1 : 0;
        const left = command.expect === 0 && begun % 10 === 5;
        if (left) filled.push({ ...command, index: { ...command.index, dueAfterMs: 1 } });
        else if (command.index.state === 'succeeded' && !filled.some(({ slot }) => slot === command.slot))
          filled.push(command);
        return source.write(command);
      },
    },
    (number) => (number % 20 === 0 ? { businessId: 'many', effect: `thing_${number}` } : {}),
  );
  for (let number = 0; number < records;) {
    const some = Math.min(64, records - number);
    await Promise.all(Array.from({ length: some }, () => perform((number += 1))));
    await Promise.all(
      filled.splice(0).map(async ({ guard: _guard, ...command }) => {
        await ledger.write({ ...command, expect: 0 });
      }),
    );
  }
  await close();
}

async function allOf(lines: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of lines) count += 1;
  return count;
}

/** The longest that nothing else had a turn, by the clock and by what this thread worked. */
async function longestTurn(
  work: () => Promise<unknown>,
): Promise<{ readonly tookMs: number; readonly wall: number; readonly cpu: number }> {
  let [wall, cpu] = [0, 0];
  let going = true;
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  const started = performance.now();
  let [last, lastUsed] = [started, used()];
  const tick = (): void => {
    const [now, nowUsed] = [performance.now(), used()];
    // Only where nothing was waited for does the processor say how long others waited.
    wall = Math.max(wall, now - last);
    cpu = Math.max(cpu, nowUsed - lastUsed);
    [last, lastUsed] = [now, nowUsed];
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  // What was done since the last turn belongs to it.
  await new Promise((resolve) => setImmediate(resolve));
  going = false;
  return { tookMs: performance.now() - started, wall, cpu };
}
