import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package of the user's project, found from a folder of it; `undefined` where it is not installed there. */
export async function importFrom(folder: string, name: string): Promise<Record<string, unknown> | undefined> {
  let file: string;
  try {
    file = createRequire(join(folder, 'package.json')).resolve(name);
  } catch {
    return undefined;
  }
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
}
