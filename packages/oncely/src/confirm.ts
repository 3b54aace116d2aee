import type { Actor } from '@oncely/core';
import type { Command } from 'commander';

import type { Call } from './call.ts';
import { CommandError } from './command-error.ts';

/** The options of a command that decides something. */
export interface DecisionOptions {
  readonly yes?: boolean;
  readonly by?: string;
  readonly reason?: string;
}

/** Who decides and why, for what needs no question. */
export function withActor(command: Command): Command {
  return command
    .option('--by <name>', 'who decides, for the audit (default: the user of this machine)')
    .option('--reason <text>', 'why, for the audit');
}

/** A question before anything is changed. */
export function withQuestion(command: Command): Command {
  return command.option('-y, --yes', 'do not ask; needed where there is no terminal');
}

/** Both. */
export function withDecision(command: Command): Command {
  return withQuestion(withActor(command));
}

export function actorOf({ around }: Pick<Call, 'around'>, { by, reason }: DecisionOptions): Actor {
  return { by: by ?? around.user(), ...(reason === undefined ? {} : { reason }) };
}

/**
 * Asks before something is done that cannot be taken back.
 * @throws CommandError where the answer is not yes, and without a terminal unless `--yes` was given.
 */
export async function confirm({ around }: Pick<Call, 'around'>, what: string, options: DecisionOptions): Promise<void> {
  if (options.yes === true) return;
  if (!around.interactive) {
    throw new CommandError(
      'refused',
      `${what}\nThis needs a yes, and there is no terminal to ask: add --yes. Nothing was changed.`,
    );
  }
  const typed = await around.ask(`${what}\nGo on? [y/N] `);
  if (!/^y(es)?$/i.test(typed.trim())) throw new CommandError('refused', 'Nothing was changed.');
}
