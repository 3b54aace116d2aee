import { redisLedger } from '@oncely/core/ledgers/redis';
import { startRedis } from '@oncely/testing/servers/redis';
import { Redis } from 'ioredis';

import { pairsOn, type WriteCommand } from '../effect-commands.ts';
import { rateOf } from '../rate.ts';
import { startPeer } from './peers.ts';
import { replayComparisons } from './replay.ts';
import type { Group, Subject } from './subject.ts';

/**
 * KEYS[1] the record
 * ARGV    1 doc
 * returns 1 where it was stored, 0 where there was one
 */
const setIfAbsent = `
if redis.call('exists', KEYS[1]) == 1 then return 0 end
redis.call('hset', KEYS[1], 'revision', '1', 'doc', ARGV[1])
return 1
`;

/**
 * KEYS[1] the record
 * ARGV    1 expected revision, 2 doc
 * returns 1 where it was stored, 0 where the revision is another
 */
const update = `
if redis.call('hget', KEYS[1], 'revision') ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'revision', tonumber(ARGV[1]) + 1, 'doc', ARGV[2])
return 1
`;

/** A Redis of its own that syncs each write before it answers. */
export async function redisGroup(commands: readonly WriteCommand[]): Promise<Group> {
  // A rewrite of the log would fall on whoever has his turn.
  const server = await startRedis({ settings: { 'auto-aof-rewrite-percentage': '0' } });
  const client = new Redis(server.url);
  const ledger = redisLedger(client, { onWarning: () => {} });
  await ledger.open();
  const pair = pairsOn(ledger, commands);
  const barePair = await barePairsOn(client, commands);
  const powertools = await startPeer('powertools', server.url);
  const remembering = await startPeer('powertools', server.url, answerIn(commands));

  const ours: Subject = { name: 'Redis ledger, 64 in flight', turn: (turnMs) => rateOf(pair, 64, turnMs) };
  const bare: Subject = { name: 'bare pair of EVALSHA, 64 in flight', turn: (turnMs) => rateOf(barePair, 64, turnMs) };
  const nothing: Subject = {
    name: 'Powertools of nothing, 64 in flight',
    turn: (turnMs) => powertools.turn(64, turnMs),
  };
  const answer: Subject = {
    name: 'Powertools of the same answer, 64 in flight',
    turn: (turnMs) => remembering.turn(64, turnMs),
  };

  const measured = 'Redis, claim + settle + audit, 64 in flight';
  return {
    comparisons: [
      { measured, ours, against: bare, target: 1 },
      { measured, ours, against: nothing, target: 1.3 },
      { measured, ours, against: answer, target: 1.3 },
      ...replayComparisons('Redis', () => ledger),
    ],
    setting: await settingOf(client),
    close: async () => {
      await Promise.all([powertools.stop(), remembering.stop()]);
      client.disconnect();
      await server.stop();
    },
  };
}

async function barePairsOn(client: Redis, [claim, settle]: readonly WriteCommand[]): Promise<() => Promise<void>> {
  const [first, second] = (await Promise.all([client.script('LOAD', setIfAbsent), client.script('LOAD', update)])) as [
    string,
    string,
  ];
  let pairs = 0;
  return async () => {
    const key = `pair_${(pairs += 1)}:bench:customer`;
    const stored = await client.evalsha(first, 1, key, claim?.doc ?? '');
    const updated = await client.evalsha(second, 1, key, '1', settle?.doc ?? '');
    if (stored !== 1 || updated !== 1) throw new Error('a bare pair of scripts stored nothing');
  };
}

/** The vendor's answer as the settle remembers it. */
function answerIn([, settle]: readonly WriteCommand[]): string {
  const { result } = JSON.parse(settle?.doc ?? '') as { readonly result?: { readonly body?: string } };
  if (result?.body === undefined) throw new Error('the settle remembers no answer');
  return result.body;
}

async function settingOf(client: Redis): Promise<string> {
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1];
  const shown = await Promise.all(
    ['appendonly', 'appendfsync'].map(async (name) => ((await client.config('GET', name)) as string[]).join('=')),
  );
  return `Redis ${version} (${shown.join(', ')})`;
}
