/**
 * A `globalSetup` of Vitest: one Postgres, one Redis and one Redis Cluster for the whole run, each started when the first
 * test asks for it by `@oncely/testing/servers/shared`, and ended with the run.
 *
 * @module
 */
import { createServer } from 'node:http';

import { listenOnLoopback } from '../fakes/loopback.ts';
import { startPostgres } from './postgres.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { startRedis } from './redis.ts';
import { starterVariable, type SharedServers } from './shared.ts';

interface Started<Address> {
  readonly address: Address;
  readonly stop: () => Promise<void>;
}

const starters: { readonly [Name in keyof SharedServers]: () => Promise<Started<SharedServers[Name]>> } = {
  async postgres() {
    const server = await startPostgres();
    return { address: server.url, stop: () => server.stop() };
  },
  async redis() {
    const server = await startRedis();
    return { address: server.url, stop: () => server.stop() };
  },
  async 'redis-cluster'() {
    const cluster = await startRedisCluster();
    return { address: cluster.nodes.map(({ host, port }) => ({ host, port })), stop: () => cluster.stop() };
  },
};

/** Listens for the tests' requests and starts nothing yet; what it gives ends whatever was started. */
export async function setup(): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<Started<unknown>>>();
  const server = createServer((request, response) => {
    const name = request.url!.slice(1) as keyof SharedServers;
    // A test may ask again long after, when a kept connection is just being closed.
    response.setHeader('connection', 'close');
    // A start that failed is not tried again: every suite that needs the server shall say so at once.
    const starting = started.get(name) ?? starters[name]();
    started.set(name, starting);
    starting.then(
      ({ address }) => response.end(JSON.stringify({ address })),
      (error: unknown) => response.end(JSON.stringify({ failure: (error as Error).message })),
    );
  });
  const loopback = await listenOnLoopback(server);
  // The processes of the tests inherit the environment, and so do those that they start.
  process.env[starterVariable] = `http://${loopback.host}:${loopback.port}`;
  return async () => {
    await loopback.close();
    const outcomes = await Promise.allSettled(started.values());
    await Promise.all(outcomes.map(async (outcome) => outcome.status === 'fulfilled' && (await outcome.value.stop())));
  };
}
