/**
 * A Redis Cluster on loopback, masters only.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { startRedis, type RedisServer, type StartRedisOptions } from './redis.ts';

export interface StartRedisClusterOptions extends StartRedisOptions {
  /** How many masters share the 16,384 slots; default 3, Redis's least. */
  readonly masters?: number;
}

export interface RedisCluster {
  /** The masters, in the order of their slots; each can be killed and restarted by itself. */
  readonly nodes: readonly RedisServer[];
  /** Ends all nodes and removes their data. */
  stop(): Promise<void>;
}

const slots = 16_384;
const joinTimeoutMs = 40_000;

/** Starts a cluster; resolves when each master knows the others and serves (a new one waits 2 s by its own rule). */
export async function startRedisCluster(options: StartRedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, ...node } = options;
  const settings = { 'cluster-enabled': 'yes', ...node.settings };
  const started = await Promise.allSettled(Array.from({ length: masters }, () => startRedis({ ...node, settings })));
  const nodes = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((one) => one.stop()));
  };
  try {
    for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason;
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node, index) => {
      const from = Math.floor((index * slots) / nodes.length);
      const to = Math.floor(((index + 1) * slots) / nodes.length);
      const own = Array.from({ length: to - from }, (_, offset) => String(from + offset));
      await node.command('CLUSTER', 'ADDSLOTS', ...own);
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    }),
  );
  // Each with each: by gossip alone it takes a second more.
  for (const node of nodes) {
    for (const other of nodes) {
      if (other !== node) await node.command('CLUSTER', 'MEET', other.host, String(other.port));
    }
  }
  const giveUpAt = performance.now() + joinTimeoutMs;
  for (const node of nodes) {
    while (!(await serves(node, nodes.length))) {
      if (performance.now() >= giveUpAt) {
        const state = String(await node.command('CLUSTER', 'INFO'));
        throw new Error(`The Redis Cluster did not come together: ${state.trim().replaceAll('\r\n', ', ')}`);
      }
      await sleep(20);
    }
  }
}

async function serves(node: RedisServer, masters: number): Promise<boolean> {
  const state = String(await node.command('CLUSTER', 'INFO')).split('\r\n');
  const expected = ['cluster_state:ok', `cluster_slots_ok:${slots}`, `cluster_known_nodes:${masters}`];
  return expected.every((line) => state.includes(line));
}
