import type { Argument, Command } from 'commander';

import { exitCodes } from '../src/exit-codes.ts';
import { createProgram } from '../src/program.ts';

/** What the README says of the program, made from the program. */
export function readmeTables(): string {
  const program = createProgram(nowhere, () => undefined);
  const commands = program.commands.map((command) => `| \`${callOf(command)}\` | ${command.summary()} |`);
  const codes = Object.entries(exitCodes).map(([code, text]) => `| ${code} | ${text} |`);
  return [
    '| command | does |',
    '| --- | --- |',
    ...commands,
    '',
    '| exit code | means |',
    '| --- | --- |',
    ...codes,
  ].join('\n');
}

/** The commands that the program has. */
export function commandNames(): readonly string[] {
  return createProgram(nowhere, () => undefined).commands.map((command) => command.name());
}

/** A table without what the formatter does to its columns. */
export function plainTable(text: string): string {
  return text
    .replace(/ *\| */g, '|')
    .replace(/-{3,}/g, '---')
    .trim();
}

function callOf(command: Command): string {
  const words = command.registeredArguments.map(wordOf);
  const options = command.options
    .filter(({ long }) => !general.has(long ?? ''))
    .map(({ flags }) => `[${shortened(flags)}]`);
  return [command.name(), ...words, ...options].join(' ').replaceAll('|', '\\|');
}

// Explained once below the table.
const general = new Set(['--by', '--reason', '--yes']);

function wordOf(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function shortened(flags: string): string {
  return flags.replace(/^-\w, /, '');
}

const nowhere = {
  env: {},
  cwd: '/',
  interactive: false,
  user: () => '',
  print: () => undefined,
  complain: () => undefined,
  ask: async () => '',
  paint: (_style: unknown, text: string) => text,
};
