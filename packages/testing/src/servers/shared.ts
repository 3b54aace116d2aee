/**
 * The servers that all test files of a run share. They are started on first use; a fault test, which kills its server,
 * starts one of its own.
 *
 * @module
 */

/** What a suite gets for each name. */
export interface SharedServers {
  readonly postgres: string;
  readonly redis: string;
  readonly 'redis-cluster': readonly RedisNode[];
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** The environment variable by which tests find who starts the servers. */
export const starterVariable = 'ONCELY_TEST_SERVERS';

/**
 * The URL of a Postgres database: that of `TEST_DATABASE_URL`, else of the run's own server. All files share it, so each
 * keeps to schemas or table prefixes of its own.
 *
 * @throws an error that says what to install where there is no Postgres: the suite fails, it is never skipped in silence
 */
export async function sharedPostgresUrl(): Promise<string> {
  return process.env['TEST_DATABASE_URL'] || (await ask('postgres'));
}

/**
 * The URL of a Redis that syncs each write: that of `TEST_REDIS_URL`, else of the run's own server. All files share it,
 * so each keeps to a key prefix of its own, and none flushes.
 *
 * @throws an error that says what to install where there is no Redis: the suite fails, it is never skipped in silence
 */
export async function sharedRedisUrl(): Promise<string> {
  return process.env['TEST_REDIS_URL'] || (await ask('redis'));
}

/** The three masters of the run's own Redis Cluster; as `sharedRedisUrl` otherwise, but it has no override. */
export function sharedRedisClusterNodes(): Promise<readonly RedisNode[]> {
  return ask('redis-cluster');
}

async function ask<Name extends keyof SharedServers>(name: Name): Promise<SharedServers[Name]> {
  const starter = process.env[starterVariable];
  if (starter === undefined) {
    throw new Error("No server was started: name '@oncely/testing/servers/global-setup' as a globalSetup of Vitest.");
  }
  const response = await fetch(new URL(name, starter));
  const answer = (await response.json()) as { readonly address: SharedServers[Name] } | { readonly failure: string };
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.address;
}
