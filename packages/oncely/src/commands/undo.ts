import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { actorOf, confirm, withDecision, type DecisionOptions } from '../confirm.ts';
import { effectDocument, effectLine } from '../effect-view.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked } from '../masked.ts';
import { findEffect, shortIdOf, shownOf } from '../short-id.ts';
import { durationOf } from '../time.ts';
import { findWorkflow, workflowName } from '../workflow-name.ts';

interface CompensateOptions extends DecisionOptions {
  readonly byHand?: boolean;
  readonly with?: string;
  readonly deadline: string;
}

interface AbortOptions extends DecisionOptions {
  readonly deadline: string;
}

/** Taking back: `compensate` one effect, `abort` a workflow. */
export function addUndo(program: Command, kit: Kit): void {
  withDecision(program.command('compensate').summary('take back what has happened'))
    .description(
      'Takes back one effect that has happened, by an effect of its own. What no program can take back waits for a person; --by-hand is your word that you did it.',
    )
    .argument('<id>', 'a short id, a slot or an effect key')
    .option('--by-hand', 'it was taken back outside of Oncely')
    .option('--with <json>', 'options for the adapter, in JSON')
    .option('--deadline <age>', 'how long it may take', '60s')
    .action((id: string, options: CompensateOptions, command: Command) =>
      kit.use(command, (call) => compensate(call, id, options)),
    );
  withDecision(program.command('abort').summary('cancel a workflow and take back what it did'))
    .description(
      'Cancels a workflow for good and takes back what it did, the last first. What turns out later to have happened is taken back too. Called again it goes on with what is open.',
    )
    .argument('<workflow>', '<business id>:<workflow id>, a tenant before them, or the short id of one of its effects')
    .option('--deadline <age>', 'how long it may take', '60s')
    .action((name: string, options: AbortOptions, command: Command) =>
      kit.use(command, (call) => abort(call, name, options)),
    );
}

async function compensate(call: Call, id: string, options: CompensateOptions): Promise<ExitCode> {
  const { oncely, around, answer } = call;
  const byHand = options.byHand === true;
  if (!byHand) call.needsConfig('compensate');
  const given = options.with === undefined ? undefined : parsed(options.with);
  const deadlineMs = durationOf(options.deadline);
  const seen = await findEffect(oncely, id);
  const { at } = await oncely.inspect.ledger();
  await confirm(
    call,
    `${byHand ? 'It was taken back by hand' : 'Take back'}:\n${effectLine(seen, at, around.paint)}`,
    options,
  );
  const effect = await oncely.effects.compensate(shownOf(seen), {
    ...actorOf(call, options),
    ...(byHand ? { byHand: true } : {}),
    ...(given === undefined ? {} : { with: given.value }),
    deadlineMs,
  });
  const { compensation } = effect;
  const why = compensation?.why === undefined ? [] : [`  ${masked(compensation.why)}`];
  answer(effectDocument(effect), [effectLine(effect, at, around.paint), ...why]);
  if (compensation?.state === 'by_hand') return 3;
  return effect.state === 'compensated' ? 0 : 4;
}

async function abort(call: Call, name: string, options: AbortOptions): Promise<ExitCode> {
  call.needsConfig('abort');
  const { oncely, around, answer } = call;
  const workflow = await findWorkflow(oncely, name);
  const deadlineMs = durationOf(options.deadline);
  await confirm(call, `Cancel ${workflowName(workflow)} for good, and take back what it did.`, options);
  const { compensated, byHand, open } = await oncely.workflows.abort(workflow, {
    ...actorOf(call, options),
    deadlineMs,
  });
  const { at } = await oncely.inspect.ledger();
  const { state } = await oncely.workflows.get(workflow);
  answer(
    {
      workflow: workflowName(workflow),
      state,
      compensated: compensated.map((effect) => effectDocument(effect)),
      byHand: byHand.map((effect) => effectDocument(effect)),
      open: open.map(({ slot, reason }) => ({ id: shortIdOf(slot), slot, reason: masked(reason) })),
    },
    [
      `${workflowName(workflow)}  ${state}`,
      ...compensated.map((effect) => effectLine(effect, at, around.paint)),
      ...byHand.flatMap((effect) => [
        effectLine(effect, at, around.paint),
        `  by hand: ${masked(effect.compensation?.why ?? effect.stopped ?? 'see `oncely show`')}`,
      ]),
      ...open.map(({ slot, reason }) => `${shortIdOf(slot)}  still open: ${masked(reason)}`),
    ],
  );
  if (byHand.length > 0) return 3;
  return open.length > 0 ? 4 : 0;
}

function parsed(text: string): { readonly value: unknown } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    throw new CommandError('usage', '--with takes JSON.');
  }
}
