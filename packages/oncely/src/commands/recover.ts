import type { Recovered } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { actorOf, withActor, type DecisionOptions } from '../confirm.ts';
import { everyEffect } from '../every-effect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked, printable } from '../masked.ts';
import { findEffect, shortIdOf, shownOf } from '../short-id.ts';
import { durationOf } from '../time.ts';
import { countOf } from './list.ts';
import { sweep, type SweepOptions } from './sweep.ts';

interface RecoverOptions {
  readonly limit: string;
  readonly deadline: string;
}

interface ReconcileOptions extends RecoverOptions, DecisionOptions, SweepOptions {
  readonly sweep?: boolean;
}

/** What settles by evidence: `recover` takes what is due, `reconcile` looks again at what stopped. */
export function addRecovery(program: Command, kit: Kit): void {
  const patient = (command: Command): Command =>
    command
      .option('-n, --limit <number>', 'how many effects at most', '1000')
      .option('--deadline <age>', 'when to stop beginning and waiting', '60s');
  patient(program.command('recover').summary('settle what crashed callers left in doubt'))
    .description(
      'Settles by evidence what crashed callers left: resends what the vendor dedupes, looks up the rest. It may run anywhere, at any time, and needs the config with the clients.',
    )
    .action((options: RecoverOptions, command: Command) =>
      kit.use(command, async (call) => {
        call.needsConfig('recover');
        return settle(call, options);
      }),
    );
  withActor(patient(program.command('reconcile').summary('look stopped effects up once more, then recover')))
    .description(
      'Looks stopped effects up once more, because something was mended (a scope, a mailbox), and then recovers. Without an id it takes all that stopped. With --sweep it compares what has succeeded with what is at the vendor, and says what is missing there or there twice; it sends nothing.',
    )
    .argument('[id...]', 'short ids, slots or effect keys of stopped effects')
    .option('--sweep', 'compare what has succeeded with the vendor')
    .option(
      '--since <time>',
      'with --sweep: of what succeeded from then on; ISO 8601 with a zone, or an age such as 2h',
    )
    .option('--until <time>', 'with --sweep: and before then')
    .option('--after <slot>', 'with --sweep: go on where the call before it stopped')
    .action((ids: readonly string[], options: ReconcileOptions, command: Command) =>
      kit.use(command, async (call) => {
        call.needsConfig('reconcile');
        refuseMixed(ids, options);
        if (options.sweep === true) return sweep(call, countOf(options.limit), options);
        await lookAgain(call, ids, options);
        return settle(call, options);
      }),
    );
}

function refuseMixed(ids: readonly string[], options: ReconcileOptions): void {
  const ofSweep = (['since', 'until', 'after'] as const).find((name) => options[name] !== undefined);
  if (options.sweep !== true && ofSweep !== undefined) {
    throw new CommandError('usage', `--${ofSweep} goes with --sweep.`);
  }
  if (options.sweep === true && ids.length > 0) {
    throw new CommandError('usage', '--sweep takes a time, --since and --until, and no ids.');
  }
}

async function lookAgain({ oncely, around }: Call, ids: readonly string[], options: DecisionOptions): Promise<void> {
  const chosen: ReturnType<typeof shownOf>[] = [];
  for (const id of ids) chosen.push(shownOf(await findEffect(oncely, id)));
  if (ids.length === 0)
    for await (const effect of everyEffect(oncely, { state: 'stopped' })) chosen.push(shownOf(effect));
  for (const id of chosen) await oncely.effects.probeAgain(id, actorOf({ around }, options));
}

async function settle({ oncely, around, answer }: Call, options: RecoverOptions): Promise<ExitCode> {
  const limit = countOf(options.limit);
  const recovered = await oncely.recover({ limit, deadlineMs: durationOf(options.deadline) });
  const { examined, states, diverged, open } = recovered;
  const lines = [examined === 0 ? 'nothing is due' : `${examined} looked at: ${countsOf(states)}`];
  for (const slot of diverged)
    lines.push(around.paint('red', `${shortIdOf(slot)}  happened more than once: ${printable(slot)}`));
  for (const { slot, reason } of open) lines.push(`${shortIdOf(slot)}  still open: ${masked(reason)}`);
  answer(
    {
      examined,
      states,
      diverged: diverged.map((slot) => ({ id: shortIdOf(slot), slot })),
      open: open.map(({ slot, reason }) => ({ id: shortIdOf(slot), slot, reason: masked(reason) })),
    },
    lines,
  );
  return exitCodeOf(recovered);
}

function countsOf(states: Recovered['states']): string {
  return Object.entries(states)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

function exitCodeOf({ states, diverged, open }: Recovered): ExitCode {
  if (diverged.length > 0 || states.stopped !== undefined || states.awaiting_approval !== undefined) return 3;
  return open.length > 0 || states.in_doubt !== undefined || states.executing !== undefined ? 4 : 0;
}
