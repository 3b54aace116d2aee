/** The same random commands for every store: what the one in memory answers, all answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sharedPostgresUrl, sharedRedisClusterNodes, sharedRedisUrl } from '@oncely/testing/servers/shared';
import fc from 'fast-check';
import { Cluster, Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { memoryLedger } from '../../src/ledgers/memory.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { sequence } from './differential/command.ts';
import { startRun } from './differential/concrete.ts';
import { subject, type Subject } from './differential/subject.ts';

let reference: Subject;
let others: Subject[];
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oncely-differential-'));
  const [url, redisUrl, nodes] = await Promise.all([sharedPostgresUrl(), sharedRedisUrl(), sharedRedisClusterNodes()]);
  // Answers are the same, and what survives a crash is other tests' concern.
  const pool = new Pool({ connectionString: url, options: '-c synchronous_commit=off' });
  const redis = new Redis(redisUrl);
  const cluster = new Cluster([...nodes]);
  const prefix = `differential_${process.pid}_`;
  const sqlite = sqliteLedger(join(folder, 'effects.db'));
  reference = subject('memory', memoryLedger());
  others = [
    subject('SQLite', sqlite),
    subject('Postgres', postgresLedger(pool, { prefix, allowUnsafe: true })),
    subject('Redis', redisLedger(redis, { prefix })),
    subject('Redis Cluster', redisLedger(cluster, { prefix, buckets: 8 })),
  ];
  closing.push(
    () => pool.end(),
    () => redis.quit(),
    () => cluster.quit(),
    () => sqlite.close(),
    () => rm(folder, { recursive: true, force: true }),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

const forMs = Number(process.env['ONCELY_DIFFERENTIAL_MS'] ?? 6_000);
let runs = 0;

it('every store gives the answers of the one in memory', { timeout: forMs + 60_000 }, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      const run = startRun((runs += 1));
      await Promise.all([reference, ...others].map((each) => each.begin()));
      for (const step of steps) {
        const command = run.concrete(step);
        const expected = await reference.answer(command);
        run.learn(command, expected);
        const answers = await Promise.all(others.map((each) => each.answer(command)));
        for (const [at, answer] of answers.entries()) {
          expect({ store: others[at]?.name, command, answer }).toEqual({
            store: others[at]?.name,
            command,
            answer: expected,
          });
        }
        compared += answers.length;
      }
    }),
    // As many as fit into the time; on a busy machine fewer.
    { numRuns: Math.ceil(forMs / 40), interruptAfterTimeLimit: forMs },
  );
  expect(compared).toBeGreaterThan(100);
});
