import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { codeBlocks } from '../docs/code-blocks.ts';
import { runTwice } from './run-twice.ts';
import { run } from '../vendors/run-command.ts';
import type { Flavour } from './flavours.ts';
import type { Project } from './project.ts';

export interface Example {
  readonly code: string;
  /** The effects that it must have at the vendors, run once or twice: `stripe 1`. */
  readonly runs: string;
}

/** The first block of a README that says what running it does. */
export function exampleOf(readme: string): Example | undefined {
  const block = codeBlocks(readme).find(({ notes }) => notes['runs'] !== undefined);
  if (block === undefined) return undefined;
  const { given = '', runs = '' } = block.notes;
  return { code: `${given}\n${block.code}`, runs };
}

/** Writes the example in a flavour, compiles it, and runs it twice on one ledger: the effects are those it says. */
export async function tryExample(project: Project, { code, runs }: Example, flavour: Flavour): Promise<string> {
  const folder = join(project.folder, flavour.name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(flavour.files(code))) writeFileSync(join(folder, file), text);
  if (flavour.compiled) await compile(project, folder);
  return runTwice(join(folder, flavour.runs), folder, runs);
}

/** Errors of the declarations of others are theirs; those of the example and of our own declarations fail. */
async function compile(project: Project, folder: string): Promise<void> {
  const tsc = join(project.folder, 'node_modules/.bin/tsc');
  try {
    await run(tsc, ['-p', '.', '--noEmitOnError', 'false'], { cwd: folder, env: project.env });
  } catch (error) {
    const lines = String(error).split('\n');
    const ours = lines.filter(
      (line) => /error TS/.test(line) && (/@oncely|oncely\//.test(line) || !/node_modules/.test(line)),
    );
    if (ours.length > 0 || !lines.some((line) => /error TS/.test(line))) throw error;
  }
}
