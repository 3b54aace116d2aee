/**
 * Hammers each store with 16 processes on 50 slots, with kills, freezes and crashes of the server at random, and checks
 * the recorded history. `npm run soak:ledgers -- 5` takes five minutes a store; the default is one. Behind it a seed,
 * and then the names of the stores, if not all. A violation ends it, with the seed and the part of the history.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startPostgres } from '../src/servers/postgres.ts';
import { startRedisCluster } from '../src/servers/redis-cluster.ts';
import { startRedis, type RedisServer } from '../src/servers/redis.ts';
import { hammer, type HammerReport } from '../test/history/hammer.ts';
import type { Place } from '../test/history/stores.ts';

interface Running {
  readonly place: Place;
  readonly crashServer?: () => Promise<void>;
  close(): Promise<void>;
}

const stores: Readonly<Record<string, () => Promise<Running>>> = {
  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oncely-soak-'));
    return {
      place: { kind: 'sqlite', file: join(folder, 'effects.db') },
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
  postgres: async () => {
    const server = await startPostgres();
    return {
      place: { kind: 'postgres', url: server.url, prefix: 'soak_' },
      crashServer: () => crash(server),
      close: () => server.stop(),
    };
  },
  redis: async () => {
    const server = await startRedis();
    return {
      place: { kind: 'redis', url: server.url, prefix: 'soak' },
      crashServer: () => crash(server),
      close: () => server.stop(),
    };
  },
  'redis-cluster': async () => {
    const cluster = await startRedisCluster();
    const { nodes } = cluster;
    let crashed = 0;
    return {
      place: { kind: 'redis-cluster', nodes: nodes.map(({ host, port }) => ({ host, port })), prefix: 'soak' },
      // One master after the other, each with the buckets that lie on it.
      crashServer: () => crash(nodes[(crashed += 1) % nodes.length] as RedisServer),
      close: () => cluster.stop(),
    };
  },
};

const [minutesGiven = '1', seedGiven, ...names] = process.argv.slice(2);
const minutes = Number(minutesGiven);
if (!(minutes > 0)) throw new Error('give the minutes a store as a number above 0: npm run soak:ledgers -- 5');
const seed = Number(seedGiven ?? randomInt(2 ** 31));

for (const name of names.length > 0 ? names : Object.keys(stores)) {
  const start = stores[name];
  if (!start) throw new Error(`there is no store ${name}: ${Object.keys(stores).join(', ')}`);
  console.log(`${name}: 16 processes on 50 slots for ${minutes} minutes, seed ${seed}`);
  const running = await start();
  try {
    const report = await hammer({
      ...running,
      seed,
      processes: 16,
      slots: 50,
      leaseMs: 2_000,
      enough: ({ seconds }) => seconds >= minutes * 60,
    });
    console.log(described(report));
    const { violations, unsettled, slice } = report;
    if (violations.length > 0 || unsettled.length > 0) {
      process.exitCode = 1;
      for (const { rule, subject, what } of violations.slice(0, 20)) console.error(`  ${rule}: ${subject}: ${what}`);
      for (const what of unsettled.slice(0, 20)) console.error(`  unsettled: ${what}`);
      console.error(slice);
      console.error(`seed ${seed} failed; again: npm run soak:ledgers -- ${minutes} ${seed} ${name}`);
      break;
    }
  } finally {
    await running.close();
  }
}

async function crash(server: { kill(signal: 'SIGKILL'): Promise<void>; restart(): Promise<void> }): Promise<void> {
  await server.kill('SIGKILL');
  await server.restart();
}

function described(report: HammerReport): string {
  const { operations, unanswered, sends, effects, doubts, kills, stops, serverCrashes, violations, codes } = report;
  const ends = Object.entries(codes).map(([code, times]) => `${code} ${times}`);
  return [
    `  ${operations} commands answered, ${unanswered} not; ${sends} sends, ${effects} effects, ${doubts} doubts`,
    `  ${kills} kills, ${stops} freezes, ${serverCrashes} server crashes`,
    `  calls ended: ${ends.join(', ')}`,
    `  ${violations.length} violations`,
  ].join('\n');
}
