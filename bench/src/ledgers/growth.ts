/**
 * What a claim takes in a Postgres that holds five million settled effects, against an empty one on the same server: the
 * two take turns. And how many bytes an effect takes. `npm run bench:growth [-- --records 100000 --write]`
 */
import { statfsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import type { Ledger } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { startPostgres } from '@oncely/testing/servers/postgres';
import { Pool } from 'pg';

import { commandsOfOneEffect, pairsOn, startVendor, type WriteCommand } from '../effect-commands.ts';
import { median, rateOf } from '../rate.ts';
import { inWords, verdictOf } from './measure.ts';
import { machine, markdownTable, writeSection } from './report.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '5000000' },
    claims: { type: 'string', default: '4000' },
    write: { type: 'boolean', default: false },
  },
});
const records = Number(values.records);
const claims = Number(values.claims);
const recordsOfAStep = 100_000;
const widths = [1, 64] as const;
const workedMs = 5_000;
/** At least this share of the empty one's speed, which is a median of at most 1.25 times its own. */
const target = 1 / 1.25;
/** Of disk for an effect, with its log and what vacuum has yet to free. */
const roughBytes = 4_000;

const vendor = await startVendor();
const [claim, settle] = await commandsOfOneEffect(vendor.address);
await vendor.stop();
if (claim === undefined || settle === undefined) throw new Error('an effect was not a claim and a settle');

const server = await startPostgres();
const pools: Pool[] = [];
try {
  const { bavail, bsize } = statfsSync(server.dataDirectory);
  const needed = records * roughBytes;
  if (bavail * bsize < 2 * needed) {
    throw new Error(
      `${gigabytes(needed)} GB are needed and as much shall stay free; there are ${gigabytes(bavail * bsize)}`,
    );
  }
  const empty = await openLedger('empty');
  const full = await openLedger('full');
  const seconds = await fill(full.pool, settle);
  await full.pool.query('vacuum analyze oncely.effects');
  await full.pool.query('vacuum analyze oncely.events');
  await full.pool.query('checkpoint');
  const { rows } = await full.pool.query<{ name: string; bytes: string }>(`
    select 'effects, table' as name, pg_table_size('oncely.effects') as bytes
    union all select 'effects, indexes', pg_indexes_size('oncely.effects')
    union all select 'events, table', pg_table_size('oncely.events')
    union all select 'events, index', pg_indexes_size('oncely.events')
  `);
  const bytes = rows.map((row) => Number(row.bytes) / records);
  const inAll = bytes.reduce((sum, each) => sum + each, 0);
  const worked = await openLedger('worked');
  await rateOf(pairsOn(worked.ledger, [claim, settle]), 64, workedMs);
  await worked.pool.query('vacuum oncely.effects');
  const [asWorked] = (
    await worked.pool.query<{ bytes: string }>(`
      select (pg_total_relation_size('oncely.effects') + pg_total_relation_size('oncely.events'))
        / (select count(*) from oncely.effects) as bytes
    `)
  ).rows;

  const measured = [];
  for (const width of widths) {
    const [ofEmpty, ofFull] = await measureClaims([empty.ledger, full.ledger], width);
    measured.push({ width, ofEmpty, ofFull, times: ofFull / ofEmpty });
  }
  const lines = [
    `${inWords(records)} records, filled in ${seconds.toFixed(0)} s; ${inAll.toFixed(0)} bytes a settled effect with its audit event`,
    ...rows.map(({ name }, at) => `${name}: ${(bytes[at] ?? 0).toFixed(0)} bytes`),
    `${asWorked?.bytes} bytes an effect right after the ledger itself wrote them as fast as it could: each settle leaves the room of its claim, which later ones take once it is vacuumed`,
  ];
  const columns = ['claim', 'empty, median ms', 'full, median ms', 'full / empty', 'target', ''];
  const table = measured.map(({ width, ofEmpty, ofFull, times }) => [
    width === 1 ? 'one at a time' : `${width} in flight`,
    ofEmpty.toFixed(3),
    ofFull.toFixed(3),
    times.toFixed(2),
    '1.25',
    verdictOf({ ratio: 1 / times, target }),
  ]);
  const [{ server_version: version } = { server_version: '' }] = (
    await full.pool.query<{ server_version: string }>('show server_version')
  ).rows;
  const about = machine([`Postgres ${version.split(' ')[0]}, its default settings, fsync=on`]);
  const text = `${markdownTable(columns, table)}\n\n${[...lines, ...about].map((line) => `- ${line}`).join('\n')}`;
  console.log(text);
  if (values.write || records >= 5_000_000) writeSection('growth', text);
} finally {
  await Promise.all(pools.map((pool) => pool.end()));
  await server.stop();
}

async function openLedger(name: string): Promise<{ readonly ledger: Ledger; readonly pool: Pool }> {
  const pool = new Pool({ connectionString: await server.createDatabase(name), max: 4 });
  pools.push(pool);
  const ledger = postgresLedger(pool);
  await ledger.open();
  return { ledger, pool };
}

/** Settled effects of random businesses, no two alike, in seconds. */
async function fill(pool: Pool, { doc, events, index }: WriteCommand): Promise<number> {
  const started = performance.now();
  const client = await pool.connect();
  // What differs from one effect to the next is replaced by digests of its number, so that nothing compresses by being alike.
  const unalike = (text: string): string => text.replace(/[0-9a-f]{32}/g, (found) => `@${found.slice(0, 1)}`);
  try {
    await client.query('set synchronous_commit = off');
    for (let from = 1; from <= records; from += recordsOfAStep) {
      const to = Math.min(from + recordsOfAStep - 1, records);
      await client.query(
        `
        with new as materialized (
          select 'case_' || md5('case' || n) || ':bench:customer' as slot, n from generate_series($1::integer, $2::integer) as n
        ), stored as (
          insert into oncely.effects (key, slot, revision, at, state, due_at, doc)
          select slot, slot, 2, 1700000000000 + n, $3, null, ${varied('$4::text')} from new order by slot
        )
        insert into oncely.events (key, sequence, at, doc)
        select slot, 1, 1700000000000 + n, ${varied('$5::text')} from new order by slot
        `,
        [from, to, index.state, unalike(doc), unalike(events[0]?.doc ?? '')],
      );
      console.error(`${inWords(to)} of ${inWords(records)} records`);
    }
  } finally {
    client.release(true);
  }
  return (performance.now() - started) / 1_000;
}

/** SQL of a text in which each mark of `unalike` has become 32 digits of its own. */
function varied(text: string): string {
  return '0123456789abcdef'
    .split('')
    .reduce((sql, digit) => `replace(${sql}, '@${digit}', md5('${digit}' || n))`, text);
}

/** Median milliseconds of a claim in each ledger, a burst of one ledger after a burst of the other. */
async function measureClaims(ledgers: readonly [Ledger, Ledger], width: number): Promise<readonly [number, number]> {
  const times: readonly [number[], number[]] = [[], []];
  const epochs = await Promise.all(ledgers.map(async (ledger) => (await ledger.open()).epoch));
  const burst = 4 * width;
  for (let done = 0; done < claims; done += burst) {
    for (const [at, ledger] of ledgers.entries()) {
      let begun = 0;
      const worker = async (): Promise<void> => {
        while ((begun += 1) <= burst) {
          const slot = `case_${crypto.randomUUID().replaceAll('-', '')}:bench:customer`;
          const started = performance.now();
          const answer = await ledger.write({ ...(claim as WriteCommand), slot, guard: { epoch: epochs[at] ?? 0 } });
          times[at]?.push(performance.now() - started);
          if (answer.kind !== 'written') throw new Error(`a claim was answered ${answer.kind}`);
        }
      };
      await Promise.all(Array.from({ length: width }, worker));
    }
  }
  return [median(times[0]), median(times[1])];
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(0);
}
