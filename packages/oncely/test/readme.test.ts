import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { argumentsOf } from './runbook.ts';
import { plainTable, readmeTables } from './readme.ts';
import { runHere } from './surroundings.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it('the README has the commands, their options and the exit codes that the program has', () => {
  const [, tables = ''] = /<!-- commands: begin -->\n(.*)<!-- commands: end -->/s.exec(read('../README.md')) ?? [];
  expect(plainTable(tables)).toBe(plainTable(readmeTables()));
});

it.each(['../README.md', '../../../README.md'])('every command in %s is one that the program takes', async (path) => {
  const commands = [...read(path).matchAll(/^npx oncely [^#\n]*/gm)].map(([command]) => command.trim());
  expect(commands.length).toBeGreaterThan(3);
  for (const command of commands) {
    const args = argumentsOf(command, {
      id: 'invoice_1:desk:refund',
      workflow: 'invoice_1:desk',
      fingerprint: 'A'.repeat(16),
    });
    // There is no ledger here: the command must have been understood, down to its options.
    const { code, err } = await runHere(args);
    expect({ command, code, err }).toEqual({
      command,
      code: args[0] === 'explain' ? 0 : 2,
      err: args[0] === 'explain' ? '' : expect.stringMatching(/^Which ledger\?/),
    });
  }
});
