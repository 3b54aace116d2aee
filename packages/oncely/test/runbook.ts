import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'vitest';

import type { Project, Ran } from './project.ts';

const folder = new URL('../../../docs/runbooks/', import.meta.url);

/** The names of the pages. */
export function runbooks(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.slice(0, -3));
}

/** The lines of a page's command blocks under one heading, or before the first heading behind the title. */
function commandsOf(page: string, heading?: string): string[] {
  const sections = sectionsOf(page);
  const text = sections.get(heading ?? '');
  if (text === undefined) throw new Error(`${page}.md has no heading "${heading}"`);
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** The pages that a page links to in its table, in the order of their names. */
export function linkedFrom(page: string): string[] {
  const text = readFileSync(new URL(`${page}.md`, folder), 'utf8');
  return [...text.matchAll(/^\|.*\((?<name>[\w-]+)\.md\)/gm)].map(({ groups }) => groups?.['name'] ?? '').toSorted();
}

/** The headings of a page that have commands; '' is what stands before the first. */
export function headingsOf(page: string): string[] {
  return [...sectionsOf(page).keys()].filter((heading) => commandsOf(page, heading).length > 0);
}

function sectionsOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(new URL(`${page}.md`, folder), 'utf8');
  const [, ...parts] = `\n${text}`.split(/^#+ /m);
  return new Map(parts.map((part, at) => [at === 0 ? '' : part.slice(0, part.indexOf('\n')), part]));
}

/**
 * Runs the commands of a page as they stand there, with the placeholders filled. Exit code 4 says to run the same
 * command again later; any other than 0 and 3 fails.
 */
export async function follow(
  { run }: Pick<Project, 'run'>,
  page: string,
  heading: string,
  values: Readonly<Record<string, string>> = {},
): Promise<readonly Ran[]> {
  const commands = commandsOf(page, heading);
  expect(commands).not.toEqual([]);
  followed.add(`${page}#${heading}`);
  const ran: Ran[] = [];
  for (const command of commands) ran.push(await untilDone(run, argumentsOf(command, values)));
  return ran;
}

/** Which sections were followed so far. */
export const followed: Set<string> = new Set<string>();

async function untilDone(run: Project['run'], args: readonly string[]): Promise<Ran> {
  for (let tries = 1; ; tries += 1) {
    const ran = await run(...args);
    if (ran.code !== 4 || tries === 60) {
      expect([0, 3], `${args.join(' ')}\n${ran.out}\n${ran.err}`).toContain(ran.code);
      return ran;
    }
    await sleep(500);
  }
}

/** The arguments of a command line of ours, read as a shell would. */
export function argumentsOf(command: string, values: Readonly<Record<string, string>>): string[] {
  const prefix = 'npx oncely ';
  if (!command.startsWith(prefix)) throw new Error(`not a command of ours: ${command}`);
  const words = [...command.slice(prefix.length).matchAll(/"([^"]*)"|(<[^>]+>|\S+)/g)];
  return words.map(([, quoted, plain]) =>
    String(quoted ?? plain).replace(/<([^>]+)>/g, (_whole, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`<${name}> of "${command}" was not filled`);
      return value;
    }),
  );
}
