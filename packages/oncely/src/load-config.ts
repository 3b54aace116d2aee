import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Oncely } from '@oncely/core';

import { CommandError } from './command-error.ts';
import { masked } from './masked.ts';

const names = ['oncely.config.ts', 'oncely.config.mts', 'oncely.config.js', 'oncely.config.mjs'];

/** The config of a folder, where it has one. */
export function configIn(cwd: string): string | undefined {
  const there = names.filter((name) => existsSync(join(cwd, name)));
  if (there.length > 1) throw new CommandError('usage', `${there.join(' and ')} are both here; name one by --config.`);
  return there[0];
}

/**
 * The Oncely that a config gives as its default export, or that a function there makes: the one of the application,
 * with its clients and its codec.
 *
 * @throws CommandError where the file cannot be loaded or gives something else.
 */
export async function loadConfig(path: string, cwd: string): Promise<Oncely> {
  let given: unknown;
  try {
    given = await exportOf(path, cwd, 'default');
    if (typeof given === 'function') given = await (given as () => unknown)();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw unloadable(path, error);
  }
  if (isOncely(given)) return given;
  throw new CommandError(
    'usage',
    `${path} must have createOncely({ ... }), or a function that gives it, as its default export.\n  fix: export default createOncely({ ledger, clients })`,
  );
}

/**
 * One export of a config; `undefined` where it has none of that name.
 * @throws CommandError where the file cannot be loaded.
 */
export async function exportOf(path: string, cwd: string, name: string): Promise<unknown> {
  const file = isAbsolute(path) ? path : join(cwd, path);
  if (!existsSync(file)) throw new CommandError('usage', `There is no config ${file}.`);
  if (/\.[cm]?ts$/.test(file) && !process.features.typescript) {
    throw new CommandError(
      'usage',
      `${path} is TypeScript, which Node ${process.versions.node} does not run: use Node 22.18 or newer, or a config in JavaScript.`,
    );
  }
  try {
    return ((await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>)[name];
  } catch (error) {
    throw unloadable(path, error);
  }
}

function unloadable(path: string, error: unknown): CommandError {
  return new CommandError(
    'usage',
    `${path} could not be loaded: ${masked(error instanceof Error ? error.message : String(error))}`,
  );
}

function isOncely(value: unknown): value is Oncely {
  const { effects, workflows, inspect } = (value ?? {}) as Partial<Record<string, Readonly<Record<string, unknown>>>>;
  const needed = [effects?.['list'], workflows?.['pause'], inspect?.['ledger']];
  return needed.every((method) => typeof method === 'function');
}
