import { inTime } from '../batching.ts';
import { OncelyError } from '../errors.ts';
import { redisFailure } from './failures.ts';

type Send = (args: readonly string[]) => Promise<unknown>;

/** What a server can promise. `always`: what it has acknowledged is on its disk. `unknown`: best effort was accepted. */
export type Durability = 'always' | 'everysec' | 'unknown';

export interface Looked {
  readonly durability: Durability;
  /** '' where it may not be asked for. */
  readonly replid: string;
}

export interface Looking {
  readonly name: string;
  readonly bestEffort: boolean;
  readonly cluster: boolean;
  readonly timeoutMs: number;
  readonly warn: (message: string) => void;
}

/**
 * Looks at what a server is and how it keeps its data.
 * @throws OncelyError `ledger_unusable`, saying what to set; `ledger_unavailable` on a replica, which the next opening
 * may meet promoted, or no longer meet
 */
export async function lookAt(send: Send, looking: Looking): Promise<Looked> {
  const { name, bestEffort, warn } = looking;
  const refuse = (what: string, fix: string): never => {
    throw new OncelyError('ledger_unusable', { message: `The ledger (${name}): ${what}. Nothing was sent.`, fix });
  };
  /** What best effort accepts, and nobody else. */
  const mind = (what: string, fix: string): 'unknown' => {
    if (!bestEffort) refuse(what, `${fix}, or accept it: redisLedger(client, { durability: 'best-effort' })`);
    warn(`The ledger (${name}): ${what}. What it acknowledged may be forgotten, and its effects made again.`);
    return 'unknown';
  };
  const ask = (args: readonly string[]): Promise<unknown> => asked(send, args, looking);

  const info = fieldsOf(await ask(['info']));
  if (info === undefined) {
    const durability = mind(
      'it may not look at the server (INFO is forbidden), so a failover goes unseen',
      'allow it: ACL SETUSER <user> +info',
    );
    return { durability, replid: '' };
  }
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '').split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2))
    refuse(`Redis ${info.get('redis_version')} is too old`, 'use 6.2 or newer');
  if (info.get('role') === 'slave') {
    throw new OncelyError('ledger_unavailable', {
      message: `The ledger (${name}) takes no commands for now: the server is a replica, which takes no writes. Nothing was sent.`,
      fix: 'in a failover call again: it opens once the replica is promoted or the client follows to the new master; otherwise give a client of the master',
    });
  }
  if (info.get('role') !== 'master')
    refuse('the server is no master, and takes no writes', 'give a client of a master');
  if (info.get('cluster_enabled') === '1' && !looking.cluster) {
    refuse('the server is a part of a cluster', "give ioredis' Cluster client: redisLedger(new Cluster(nodes))");
  }
  const policy = info.get('maxmemory_policy') ?? '';
  let durability: Durability = 'always';
  // A volatile policy evicts only what has a time to live, and nothing here has one.
  if (policy.startsWith('allkeys-') && info.get('maxmemory') !== '0') {
    durability = mind(
      `the server evicts records when its memory is full (maxmemory-policy ${policy})`,
      'set maxmemory-policy noeviction',
    );
  }
  const replid = info.get('master_replid') ?? '';
  if (info.get('aof_enabled') !== '1') {
    const found = mind(
      'the server keeps no log of its writes (appendonly no), so a restart forgets those since the last snapshot or all',
      'set appendonly yes and appendfsync always',
    );
    return { durability: found, replid };
  }
  const [fsync, onRewrite] = await Promise.all([
    ask(['config', 'get', 'appendfsync']),
    ask(['config', 'get', 'no-appendfsync-on-rewrite']),
  ]).then((replies) => replies.map(valueOf));
  if (fsync === undefined) {
    const found = mind(
      'it may not ask how often the server syncs its log (CONFIG is forbidden)',
      'check that appendonly is yes and appendfsync is always, and allow CONFIG GET',
    );
    return { durability: found, replid };
  }
  if (fsync === 'no') {
    durability = mind(
      'the server never syncs its log itself (appendfsync no): a loss of power forgets about 30 s',
      'set appendfsync always',
    );
  } else if (durability === 'always' && (fsync !== 'always' || onRewrite === 'yes')) {
    durability = 'everysec';
    warn(
      fsync === 'always'
        ? `The ledger (${name}): while the server rewrites its log it does not sync it (no-appendfsync-on-rewrite yes). A loss of power then forgets what was acknowledged meanwhile, and its effects are in doubt.`
        : `The ledger (${name}): the server syncs its log once a second (appendfsync ${fsync}). A loss of power forgets what was acknowledged in the last second, at worst two, and its effects are in doubt. appendfsync always forgets nothing.`,
    );
  }
  return { durability, replid };
}

async function asked(send: Send, args: readonly string[], { name, timeoutMs }: Looking): Promise<unknown> {
  try {
    return await inTime(send(args), timeoutMs, name);
  } catch (error) {
    // Forbidden by an access list, or a command that a managed service has taken away.
    if (
      error instanceof Error &&
      /^(NOPERM|ERR unknown|ERR .*(not allowed|disabled|unsupported))/i.test(error.message)
    ) {
      return undefined;
    }
    throw redisFailure(error, name);
  }
}

function fieldsOf(reply: unknown): Map<string, string> | undefined {
  if (reply === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const line of textOf(reply).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

function textOf(reply: unknown): string {
  return typeof reply === 'string' || Buffer.isBuffer(reply) ? reply.toString() : '';
}

/** The one value of `CONFIG GET`, which clients give as a list, an object or a map; empty: forbidden without a word. */
function valueOf(reply: unknown): string | undefined {
  if (reply === undefined || reply === null) return undefined;
  const values = Array.isArray(reply)
    ? reply.slice(1)
    : reply instanceof Map
      ? [...reply.values()]
      : Object.values(reply);
  return values.length === 0 ? undefined : String(values[0]);
}
