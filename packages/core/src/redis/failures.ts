import { OncelyError } from '../errors.ts';
import { plainError, plainWhy } from '../plain-error.ts';

/** What the server refuses however often it is asked, by the word that its reply begins with. */
const unusable: Readonly<Record<string, string>> = {
  NOAUTH: 'give the client its password',
  WRONGPASS: 'give the client the right password',
  NOPERM: 'allow this user the scripts and keys of the ledger: ACL SETUSER <user> +@all ~*<prefix>:*',
  CROSSSLOT: "give ioredis' Cluster client with a keyPrefix that has no braces",
  MOVED: "this server is a part of a cluster: give ioredis' Cluster client",
  WRONGTYPE: 'something else uses these keys: give the ledger a prefix of its own',
};

/** What the server refuses for now, before it has done anything, and what ends that. */
const passing: Readonly<Record<string, string>> = {
  OOM: 'free memory on the server or raise maxmemory; the same command then succeeds',
  MISCONF: 'the server cannot write its snapshot or log: look at its disk; the same command then succeeds',
  READONLY: 'the client is on a replica: it must follow a failover to the new master; the same command then succeeds',
  NOREPLICAS: 'wait for the replicas that min-replicas-to-write asks for; the same command then succeeds',
  LOADING: 'the server reads its data after a start; the same command succeeds once it has',
  BUSY: 'a script of somebody else holds up the server; the same command succeeds once it ends',
  CLUSTERDOWN: 'a part of the cluster has no master; the same command succeeds once it has',
  TRYAGAIN: 'keys are on their way between nodes; the same command then succeeds',
  MASTERDOWN: 'the replica has lost its master; the same command succeeds once there is one',
  ASK: 'keys are on their way between nodes; the same command then succeeds',
};

// Scripts put their place before the word, and servers older than 7 a dash.
const words = new RegExp(`(?:^|\\s-)(${Object.keys({ ...unusable, ...passing }).join('|')})\\b`);

/** Says what a failed call, or a refusal that a script caught, means. What is not known to be refused may have been stored. */
export function redisFailure(error: unknown, name: string): OncelyError {
  if (error instanceof OncelyError) return error;
  const why = plainWhy(error);
  const cause = plainError(error);
  const word = words.exec(why)?.[1] ?? '';
  const ends = passing[word];
  if (ends !== undefined) {
    return new OncelyError('ledger_unavailable', {
      message: `The ledger (${name}) takes no commands for now: ${why}. This command was not stored.`,
      fix: ends,
      cause,
    });
  }
  const fix = unusable[word];
  if (fix !== undefined) {
    return new OncelyError('ledger_unusable', {
      message: `The ledger (${name}) refused this command: ${why}. It was not stored.`,
      fix,
      cause,
    });
  }
  return new OncelyError('ledger_unavailable', {
    message: `The ledger (${name}) cannot be reached: ${why}. This command may not have been stored.`,
    // In node-redis' words, of one that was never opened as well.
    ...(why === 'The client is closed' ? { fix: 'await client.connect() before the ledger is used' } : {}),
    cause,
  });
}

/** What a script said of one command that it could not carry out. */
export function refusedByScript(why: string, name: string): OncelyError {
  if (words.test(why)) return redisFailure(new Error(why), name);
  return new OncelyError('ledger_unusable', {
    message: `The ledger (${name}) refused this command: ${plainWhy(new Error(why))}. It was not stored.`,
  });
}
