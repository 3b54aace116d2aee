import { open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

import { readSealFile, sealFile } from '@oncely/core/seal-file';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked } from '../masked.ts';
import { shortIdOf } from '../short-id.ts';
import { clockTime } from '../time.ts';

interface SealOptions {
  readonly to?: string;
}

interface VerifyOptions {
  readonly seals?: string;
}

interface ExportOptions {
  readonly to?: string;
}

/** Whether anybody has changed what was recorded: `seal`, `verify`, `export`. */
export function addAudit(program: Command, kit: Kit): void {
  program
    .command('seal')
    .summary('cover by a seal what has changed since the last one')
    .description(
      'Covers by seals all that has changed since the last ones, and appends them to a file. Keep the file where nobody who can write the ledger can write.',
    )
    .option('--to <file>', 'where the seals are exported to, one JSON a line')
    .action((options: SealOptions, command: Command) => kit.use(command, (call) => seal(call, options)));
  program
    .command('verify')
    .summary('whether anybody has changed what was recorded')
    .description(
      'Holds the whole ledger against its seals, and those against the exported ones; exit code 3 where something is not as it was. Without --seals nobody who can write the ledger is kept from writing all of it anew.',
    )
    .option('--seals <file>', 'the exported seals')
    .action((options: VerifyOptions, command: Command) => kit.use(command, (call) => verify(call, options)));
  program
    .command('export')
    .summary('the whole audit as lines of JSON')
    .description('Writes all audit events, checkpoints and observations as lines of JSON; never input or results.')
    .option('--to <file>', 'a new file, in place of the standard output')
    .action((options: ExportOptions, command: Command) => kit.use(command, (call) => exported(call, options)));
}

async function seal({ oncely, around, answer }: Call, { to }: SealOptions): Promise<ExitCode> {
  const sealed = await oncely.audit.seal(to === undefined ? {} : { to: sealFile(pathIn(around.cwd, to)) });
  answer(sealed, [`${sealed.seals.length} new seals over ${sealed.records} records`]);
  return 0;
}

async function verify({ oncely, around, answer }: Call, options: VerifyOptions): Promise<ExitCode> {
  const seals = options.seals === undefined ? undefined : pathIn(around.cwd, options.seals);
  if (seals !== undefined) await mustBeThere(seals);
  const verified = await oncely.audit.verify(seals === undefined ? {} : { seals: readSealFile(seals) });
  const { ok, problems, found, records, events, unsealed, exported } = verified;
  const lines = [
    `${records} records with ${events} events held against ${verified.seals} seals: ${ok ? around.paint('green', 'as they were sealed') : around.paint('red', `${found} problems`)}`,
    ...problems.map(({ kind, slot, seal: number, detail }) =>
      [
        kind,
        slot === undefined ? '' : `${shortIdOf(slot)} ${slot}`,
        number === undefined ? '' : `seal ${number}`,
        masked(detail),
      ]
        .filter((text) => text !== '')
        .join('  '),
    ),
    exported === undefined
      ? 'no exported seals were given: whoever can write the ledger could have written all of it anew'
      : `up to the exported seal ${exported.number} of ${clockTime(exported.at)}`,
  ];
  if (unsealed > 0) lines.push(`${unsealed} records have changed since the last seal; of that nothing is said`);
  answer({ ...verified, problems: problems.map((problem) => ({ ...problem, detail: masked(problem.detail) })) }, lines);
  return ok ? 0 : 3;
}

async function exported({ oncely, around }: Call, { to }: ExportOptions): Promise<ExitCode> {
  if (to === undefined) {
    for await (const line of oncely.audit.export()) around.printJson(line.trimEnd());
    return 0;
  }
  // Never over what was exported before.
  const file = await open(pathIn(around.cwd, to), 'wx').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('refused', `${to} could not be made (${error.code}). Nothing was written.`);
  });
  let lines = 0;
  try {
    for await (const line of oncely.audit.export()) {
      await file.write(line);
      lines += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  around.print(`${lines} lines`);
  return 0;
}

async function mustBeThere(path: string): Promise<void> {
  const file = await open(path).catch(() => undefined);
  if (!file) throw new CommandError('usage', `There is no file of seals at ${path}.`);
  await file.close();
}

function pathIn(cwd: string, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}
