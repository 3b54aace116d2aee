import { lstat, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from './run-command.ts';
import { createServerFolder } from './server-folder.ts';
import type { ServerUser } from './server-user.ts';

/**
 * Lays a fresh data directory, copied from a template that each user of the machine makes once for each version.
 *
 * @param bin the folder with `initdb`
 */
export async function layDataDirectory(bin: string, to: string, user: ServerUser | undefined): Promise<void> {
  const template = await findTemplate(bin, user);
  await runCommand('cp', ['-R', template, to], { user });
}

async function findTemplate(bin: string, user: ServerUser | undefined): Promise<string> {
  const version = /\d+(\.\d+|\w+)?/.exec(await runCommand(join(bin, 'postgres'), ['--version']))?.[0];
  const uid = user?.uid ?? process.getuid?.();
  const template = join(tmpdir(), `oncely-postgres-template-${version}-${uid}`);
  if (await isOurs(template, uid)) return template;

  // Made aside and renamed: whoever sees the template sees all of it, and a creator that dies leaves none.
  const aside = await createServerFolder('initdb', user);
  try {
    const made = join(aside.path, 'data');
    const how = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await runCommand(join(bin, 'initdb'), [...how, '--pgdata', made], { user });
    await rename(made, template).catch(async (error: NodeJS.ErrnoException) => {
      const another = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
      if (!another || !(await isOurs(template, uid))) throw error;
    });
  } finally {
    await aside.remove();
  }
  return template;
}

async function isOurs(template: string, uid: number | undefined): Promise<boolean> {
  const found = await lstat(template).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isDirectory() && found.uid === uid) return true;
  throw new Error(`${template} belongs to somebody else, and Postgres would trust what is in it. Remove it.`);
}
