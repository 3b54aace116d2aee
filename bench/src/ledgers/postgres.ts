import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { startPostgres } from '@oncely/testing/servers/postgres';
import { Pool } from 'pg';

import { pairsOn, type WriteCommand } from '../effect-commands.ts';
import { rateOf } from '../rate.ts';
import { startPeer } from './peers.ts';
import { createPairs, insertPair, pgbenchTurn, updatePair } from './pgbench.ts';
import { replayComparisons } from './replay.ts';
import type { Group, Subject } from './subject.ts';

const poolSize = 16;

/** A Postgres of its own with the server's default settings, fsync and synchronous_commit among them. */
export async function postgresGroup(commands: readonly WriteCommand[]): Promise<Group> {
  const server = await startPostgres();
  const pools: Pool[] = [];
  const poolOf = (connectionString: string): Pool => {
    const pool = new Pool({ connectionString, max: poolSize });
    pools.push(pool);
    return pool;
  };
  const ledger = postgresLedger(poolOf(await server.createDatabase('oncely')));
  await ledger.open();
  const pair = pairsOn(ledger, commands);

  const pairsUrl = await server.createDatabase('pairs');
  const bare = poolOf(pairsUrl);
  await bare.query(createPairs);
  const dbos = await startPeer('dbos', await server.createDatabase('dbos'));

  const lone: Subject = { name: 'Postgres ledger, one at a time', turn: (turnMs) => rateOf(pair, 1, turnMs) };
  const many: Subject = { name: 'Postgres ledger, 64 in flight', turn: (turnMs) => rateOf(pair, 64, turnMs) };
  const pgbench: Subject = {
    name: 'pgbench, two statements, 16 clients',
    turn: (turnMs) => pgbenchTurn(pairsUrl, commands, turnMs),
  };
  const barePair: Subject = {
    name: 'bare pg, two queries',
    turn: (turnMs) => rateOf(barePairsOn(bare, commands), 1, turnMs),
  };
  const dbosAt = (width: number): Subject => ({
    name: `DBOS steps, ${width} at once`,
    turn: (turnMs) => dbos.turn(width, turnMs),
  });

  const measured = 'Postgres, claim + settle + audit';
  return {
    comparisons: [
      { measured: `${measured}, 64 in flight`, ours: many, against: pgbench, target: 3 },
      { measured: `${measured}, 64 in flight`, ours: many, against: dbosAt(16), target: 10 },
      { measured: `${measured}, 64 in flight`, ours: many, against: dbosAt(64), target: 10 },
      { measured: `${measured}, one at a time`, ours: lone, against: barePair, target: 0.85 },
      ...replayComparisons('Postgres', () => ledger),
    ],
    setting: await settingOf(bare),
    close: async () => {
      await dbos.stop();
      await Promise.all(pools.map((pool) => pool.end()));
      await server.stop();
    },
  };
}

function barePairsOn(pool: Pool, [claim, settle]: readonly WriteCommand[]): () => Promise<void> {
  let pairs = 0;
  const run = process.hrtime.bigint();
  return async () => {
    const key = `pair_${run}_${(pairs += 1)}:bench:customer`;
    await pool.query(insertPair, [key, 1, 'executing', claim?.doc]);
    const { rowCount } = await pool.query(updatePair, [key, 2, 'succeeded', settle?.doc, 1]);
    if (rowCount !== 1) throw new Error('the update of a bare pair found no row');
  };
}

async function settingOf(pool: Pool): Promise<string> {
  const names = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size'];
  const { rows } = await pool.query<Record<string, string>>(
    `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
  );
  const { server_version: version = '', ...settings } = rows[0] ?? {};
  const shown = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `Postgres ${version.split(' ')[0]} (${shown.join(', ')})`;
}
