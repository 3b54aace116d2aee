import type { Effect } from '@oncely/core';
import { Option, type Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { effectDocument, effectLine, stateNames } from '../effect-view.ts';
import { everyEffect } from '../every-effect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { durationOf, isoTime } from '../time.ts';
import { findWorkflow, workflowName, workflowOf } from '../workflow-name.ts';

interface ListOptions {
  readonly state?: Effect['state'];
  readonly workflow?: string;
  readonly olderThan?: string;
  readonly limit: string;
  readonly after?: string;
}

export function addList(program: Command, kit: Kit): void {
  program
    .command('list')
    .summary('effects, one line each')
    .description('Lists effects in the order of their slots, one line each. Records are read until the page is full.')
    .addOption(new Option('-s, --state <state>', 'only those in this state').choices(stateNames))
    .option('-w, --workflow <workflow>', 'only those of this workflow: <business id>:<workflow id>')
    .option('--older-than <age>', 'only those made longer ago: 90s, 15m, 2h, 3d, 1w')
    .option('-n, --limit <number>', 'how many at most', '50')
    .option('--after <slot>', 'go on behind this slot, as the page before says')
    .action((options: ListOptions, command: Command) => kit.use(command, (call) => list(call, options)));
}

async function list({ oncely, around, answer }: Call, options: ListOptions): Promise<ExitCode> {
  const limit = countOf(options.limit);
  const { at: now } = await oncely.inspect.ledger();
  const madeBefore = options.olderThan === undefined ? Infinity : now - durationOf(options.olderThan);
  const workflow = options.workflow === undefined ? undefined : await nameOf(oncely, options.workflow);
  const effects: Effect[] = [];
  let more = false;
  for await (const effect of everyEffect(oncely, options)) {
    if (workflow !== undefined && workflowOf(effect) !== workflow) continue;
    if (effect.createdAt > madeBefore) continue;
    // One is looked for beyond the page, so that "more" is never an empty promise.
    if (effects.length === limit) {
      more = true;
      break;
    }
    effects.push(effect);
  }
  const next = more ? effects.at(-1)?.slot : undefined;
  const lines = effects.map((effect) => effectLine(effect, now, around.paint));
  if (lines.length === 0) lines.push('no effects');
  if (next !== undefined) lines.push(around.paint('dim', `more: the same with --after ${next}`));
  answer({ at: isoTime(now), effects: effects.map(summary), next: next ?? null }, lines);
  return 0;
}

/** A workflow as it is typed, that of what takes others back (`...@undo`) included; or an effect's by its short id. */
async function nameOf(oncely: Call['oncely'], typed: string): Promise<string> {
  return typed.endsWith('@undo') ? typed : workflowName(await findWorkflow(oncely, typed));
}

/** What a list holds of each; `show` has the rest. */
function summary(effect: Effect): object {
  const { attempts: _attempts, ...rest } = effectDocument(effect);
  return rest;
}

/** @throws CommandError unless it is a whole number from 1. */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new CommandError('usage', `"${text}" must be a whole number from 1.`);
  return Number(text);
}
