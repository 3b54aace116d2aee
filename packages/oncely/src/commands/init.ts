import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Option, type Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { LedgerKind } from '../init/config-text.ts';
import { loadMorph } from '../init/load-morph.ts';
import { planOf, type Change } from '../init/plan.ts';
import { reportLines } from '../init/report-lines.ts';
import { templateFiles, templates, type TemplateName } from '../init/templates.ts';
import { unifiedDiff } from '../init/unified-diff.ts';
import { readProject } from '../init/user-project.ts';
import type { Surroundings } from '../surroundings.ts';

interface InitOptions {
  readonly write?: boolean;
  readonly businessId?: readonly string[];
  readonly store?: LedgerKind;
  readonly scopes: boolean;
  readonly template?: TemplateName;
}

export function addInit(program: Command, kit: Kit): void {
  program
    .command('init')
    .summary('move the raw vendor writes of a project into effects, as a diff')
    .description(
      'Finds clients of Stripe, HubSpot, Slack and nodemailer, their writes and the retries around them, and shows as a unified diff how they move into an oncely.config and into scopes. It starts in observe mode. Nothing is written without --write. Needs no ledger.',
    )
    .option('--write', 'write what the diff shows')
    .option('--business-id <name...>', 'what names a business case in your code: orderId, order.id')
    .addOption(new Option('--store <kind>', 'the ledger of a new config').choices(['sqlite', 'postgres', 'redis']))
    .addOption(
      new Option(
        '--template <name>',
        'write a path of this class with its four gates instead, into an empty place',
      ).choices(Object.keys(templates)),
    )
    .option('--no-scopes', 'move the clients alone: writes stay as they are, and are observed')
    .action((options: InitOptions, command: Command) =>
      kit.without(command, ({ around, answer }) => init(options, around, answer)),
    );
}

async function init(options: InitOptions, around: Surroundings, answer: Call['answer']): Promise<ExitCode> {
  if (options.template !== undefined) return template(options.template, options, around, answer);
  const project = readProject(await loadMorph(around.cwd), around.cwd);
  const plan = planOf(project, {
    businessIds: options.businessId ?? [],
    ledger: options.store,
    scopes: options.scopes,
  });
  const diff = unifiedDiff(plan.changes);
  const written = options.write === true && diff !== '';
  if (written) writeChanges(around.cwd, plan.changes);
  answer({ ...plan, changes: plan.changes.map(({ path }) => path), skipped: project.skipped, diff, written }, [
    ...(written || diff === '' ? [] : [{ source: diff }]),
    ...reportLines(plan, around),
    ...project.skipped.map((folder) => `Not read: ${folder}, a project of its own; run init there.`),
    diff === ''
      ? 'Nothing to move.'
      : written
        ? `Written: ${plan.changes.map(({ path }) => path).join(', ')}`
        : 'Nothing was written. To write it: npx oncely init --write',
  ]);
  return 0;
}

function template(
  name: TemplateName,
  { write = false }: InitOptions,
  { cwd }: Surroundings,
  answer: Call['answer'],
): ExitCode {
  const changes = templateFiles(name);
  const diff = unifiedDiff(changes);
  const install = templates[name].install;
  if (write) writeChanges(cwd, changes);
  answer({ template: name, changes: changes.map(({ path }) => path), install, diff, written: write }, [
    ...(write ? [] : [{ source: diff }]),
    `To install: npm install ${install.join(' ')} && npm install --save-dev @oncely/testing`,
    write
      ? `Written: ${changes.map(({ path }) => path).join(', ')}. The gates: node --test gates.test.ts`
      : `Nothing was written. To write it: npx oncely init --template ${name} --write`,
  ]);
  return 0;
}

/** Writes all files, or none where one of them is no longer what was read. */
function writeChanges(root: string, changes: readonly Change[]): void {
  for (const { path, before } of changes) {
    const now = readIfThere(join(root, path));
    if (now === before) continue;
    throw new CommandError(
      'refused',
      before === undefined
        ? `${path} is there already. Nothing was written.`
        : `${path} has changed since it was read. Nothing was written; run init again.`,
    );
  }
  for (const { path, after } of changes) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), after);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
