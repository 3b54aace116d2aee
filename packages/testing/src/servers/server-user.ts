import { runCommand } from './run-command.ts';

/** Whom a server runs as when the tests run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user `postgres`, or else `nobody`, when this process is root, as neither Postgres nor PgBouncer runs as root;
 * undefined, which is the present user, otherwise.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([runCommand('id', ['-u', name]), runCommand('id', ['-g', name])]);
      return { uid: Number(uid), gid: Number(gid) };
    } catch {
      // no such user: the next one
    }
  }
  throw new Error('A database server does not run as root, and there is neither a user "postgres" nor "nobody".');
}
