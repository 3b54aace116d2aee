import type { Kept } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { effectDocument, effectLines } from '../effect-view.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked, printable } from '../masked.ts';
import { findEffect } from '../short-id.ts';
import { isoTime } from '../time.ts';
import { scrubbed, timelineDocument, timelineLines } from '../timeline.ts';
import { findWorkflow } from '../workflow-name.ts';
import { workflowTimelineLines } from '../workflow-timeline.ts';

interface ShowOptions {
  readonly reveal?: boolean;
  readonly facts?: boolean;
  readonly workflow?: string;
}

export function addShow(program: Command, kit: Kit): void {
  program
    .command('show')
    .summary('one effect with its history')
    .description(
      'Shows one effect: its attempts, its approval and its audit events in order. By a slot or a key it reads one record; by a short id it reads all.',
    )
    .argument('[id]', 'a short id as in `list`, a slot or an effect key')
    .option('--reveal', 'show the input and the outcome too, where they are kept and the codec opens them')
    .option('--facts', 'ask the vendor what it says right now of what a waiting approval names')
    .option(
      '-w, --workflow <workflow>',
      'in place of an effect, a whole workflow in order: runs, checkpoints, attempts, decisions',
    )
    .action((id: string | undefined, options: ShowOptions, command: Command) => {
      if ((id === undefined) === (options.workflow === undefined)) {
        command.error('error: Say which effect, or --workflow and which workflow.');
      }
      return kit.use(command, (call) =>
        id === undefined ? showWorkflow(call, options.workflow ?? '') : show(call, id, options),
      );
    });
}

async function show(call: Call, id: string, { reveal = false, facts = false }: ShowOptions): Promise<ExitCode> {
  const { oncely, around, answer } = call;
  if (facts) call.needsConfig('show --facts');
  const effect = await findEffect(oncely, id);
  const { at: now } = await oncely.inspect.ledger();
  const history = await oncely.effects.history(effect.contract);
  const payloads = reveal ? await oncely.inspect.payloads(effect.contract) : undefined;
  const lines = [
    ...effectLines(effect, now, around.paint),
    '',
    around.paint('bold', 'history'),
    ...timelineLines(history),
  ];
  if (history.length === 0) lines.push('  nothing yet: events are written when an attempt ends or somebody decides');
  if (payloads) {
    const { preview } = effect.approval ?? {};
    if (preview !== undefined)
      lines.push('', around.paint('bold', 'preview'), `  ${printable(JSON.stringify(preview))}`);
    lines.push('', around.paint('bold', 'input'), `  ${keptText(payloads.request)}`);
    lines.push('', around.paint('bold', 'outcome'), `  ${keptText(payloads.result)}`);
  }
  const read = facts ? await oncely.effects.facts(effect.contract) : undefined;
  if (read) {
    const head = `what the vendor says, read ${isoTime(read.at)}; it decides nothing`;
    lines.push('', around.paint('bold', head));
    lines.push(...read.facts.map(({ name, value }) => `  ${printable(name)}: ${printable(value)}`));
    if (read.problem !== undefined) lines.push(`  not read: ${masked(read.problem)}`);
    else if (read.facts.length === 0) lines.push('  nothing: its adapter reads nothing of this operation');
  }
  answer(
    {
      ...effectDocument(effect, reveal),
      ...(read ? { facts: { ...read, at: isoTime(read.at) } } : {}),
      history: timelineDocument(history, reveal),
      ...(payloads
        ? {
            preview: effect.approval?.preview ?? null,
            request: payloads.request ?? null,
            result: payloads.result ?? null,
          }
        : {}),
    },
    lines,
  );
  return 0;
}

async function showWorkflow({ oncely, answer }: Call, name: string): Promise<ExitCode> {
  const timeline = await oncely.audit.timeline(await findWorkflow(oncely, name));
  answer(scrubbed({ ...timeline }), workflowTimelineLines(timeline));
  return 0;
}

function keptText(kept: Kept | undefined): string {
  switch (kept?.kind) {
    case 'text':
      return printable(kept.text);
    case 'omitted':
      return `not kept (${kept.reason.replaceAll('_', ' ')})`;
    case 'sealed':
      return `sealed, and not opened here: ${printable(kept.reason)}`;
    case undefined:
      return 'not kept';
  }
}
