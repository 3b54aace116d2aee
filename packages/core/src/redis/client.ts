import { OncelyError } from '../errors.ts';
import { outliveIdleErrors } from '../idle-errors.ts';

/** What is used of an ioredis client, `Redis` or `Cluster`. */
export interface IoredisClient {
  readonly isCluster?: boolean;
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** What is used of a node-redis client. */
export interface NodeRedisClient {
  sendCommand(args: string[]): Promise<unknown>;
}

export type RedisClient = IoredisClient | NodeRedisClient;

/** A client of either kind. Commands that are sent in one tick arrive in order, on one connection. */
export interface Connection {
  readonly kind: 'single' | 'pool' | 'cluster';
  send(args: readonly string[]): Promise<unknown>;
  /** Each server that takes writes, to be looked at. */
  servers(): readonly ((args: readonly string[]) => Promise<unknown>)[];
}

/** @throws OncelyError `invalid_config` for what is neither */
export function connectionOf(client: RedisClient): Connection {
  if ((client as { isPipeline?: unknown } | undefined)?.isPipeline === true) {
    throw unfit('this is a pipeline or MULTI, which the application sends or drops later');
  }
  if (isIoredis(client)) {
    const send = sender(client);
    if (client.isCluster !== true) return { kind: 'single', send, servers: () => [send] };
    const { nodes } = client as { nodes?: (role: string) => IoredisClient[] };
    if (typeof nodes !== 'function') throw unfit('this cluster client has no nodes()');
    return { kind: 'cluster', send, servers: () => nodes.call(client, 'master').map(sender) };
  }
  if (typeof client?.sendCommand !== 'function') throw unfit('this is neither an ioredis nor a node-redis client');
  // node-redis' cluster takes a key before the command, and would send each one to any node.
  if ('masters' in client || 'slots' in client) throw unfit("node-redis' own cluster client is not supported");
  // ioredis only says so on the console.
  outliveIdleErrors(client);
  const send = async (args: readonly string[]): Promise<unknown> => notQueued(await client.sendCommand([...args]));
  return { kind: 'totalClients' in client ? 'pool' : 'single', send, servers: () => [send] };
}

function isIoredis(client: RedisClient): client is IoredisClient {
  return typeof (client as Partial<IoredisClient> | undefined)?.call === 'function';
}

function sender(client: IoredisClient): Connection['send'] {
  return async ([command = '', ...args]) => notQueued(await client.call(command, ...args));
}

/** Refuses a connection on which the application has begun a MULTI: what is asked of it happens at EXEC, or never. */
function notQueued(reply: unknown): unknown {
  if (reply !== 'QUEUED' && !(Buffer.isBuffer(reply) && reply.toString() === 'QUEUED')) return reply;
  throw new OncelyError('ledger_unusable', {
    message:
      'The client of the ledger (redis) stands in a MULTI that somebody else ends. Nothing was sent. What was asked may be stored at its EXEC.',
    fix: 'give the ledger a connection of its own, on which nobody begins a MULTI',
  });
}

function unfit(why: string): OncelyError {
  return new OncelyError('invalid_config', {
    message: `redisLedger: ${why}.`,
    fix: 'redisLedger(new Redis(url)) or redisLedger(new Cluster(nodes)) of ioredis, or redisLedger(createClient({ url })) of node-redis',
  });
}
