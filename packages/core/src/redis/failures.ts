import { OncelyError } from '../errors.ts';

/** What the server refuses however often it is asked, by the first word of its reply. */
const unusable: Readonly<Record<string, string>> = {
  NOAUTH: 'give the client its password',
  WRONGPASS: 'give the client the right password',
  NOPERM: 'allow this user the scripts and keys of the ledger: ACL SETUSER <user> +@all ~*<prefix>:*',
  CROSSSLOT: "give ioredis' Cluster client with a keyPrefix that has no braces",
  MOVED: "this server is a part of a cluster: give ioredis' Cluster client",
  WRONGTYPE: 'something else uses these keys: give the ledger a prefix of its own',
};

/** What the server says before it has done anything. */
const notStored = /^(OOM|MISCONF|READONLY|LOADING|BUSY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|NOREPLICAS|ASK)\b/;

/** Says what a failed call means. What is not known to be refused may have been stored. */
export function redisFailure(error: unknown, name: string): OncelyError {
  if (error instanceof OncelyError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const fix = unusable[/^[A-Z]+/.exec(why)?.[0] ?? ''];
  if (fix !== undefined) {
    return new OncelyError('ledger_unusable', {
      message: `The ledger (${name}) refused this command: ${why}. It was not stored.`,
      fix,
      cause: error,
    });
  }
  const outcome = notStored.test(why) ? 'This command was not stored' : 'This command may not have been stored';
  return new OncelyError('ledger_unavailable', {
    message: `The ledger (${name}) cannot be reached: ${why}. ${outcome}.`,
    cause: error,
  });
}
