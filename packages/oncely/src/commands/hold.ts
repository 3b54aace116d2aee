import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { actorOf, confirm, withActor, withDecision, type DecisionOptions } from '../confirm.ts';
import type { ExitCode } from '../exit-codes.ts';
import { findWorkflow, workflowName, type WorkflowParts } from '../workflow-name.ts';
import { decideOn } from './decide.ts';

interface CancelOptions extends DecisionOptions {
  readonly workflow?: string;
}

const workflowArgument = '<business id>:<workflow id>, a tenant before them, or the short id of one of its effects';

/** Holding workflows back: `pause`, `resume`, `cancel`. */
export function addHolds(program: Command, kit: Kit): void {
  withActor(program.command('pause').summary('let a workflow claim nothing more'))
    .description(
      'Pauses a workflow: once this has answered, none of its effects is claimed. It asks nothing, since `resume` undoes it.',
    )
    .argument('<workflow>', workflowArgument)
    .action((name: string, options: DecisionOptions, command: Command) =>
      kit.use(command, (call) => hold(call, name, (id) => call.oncely.workflows.pause(id, actorOf(call, options)))),
    );
  withDecision(program.command('resume').summary('let a paused workflow go on'))
    .description('Lets a paused workflow go on.')
    .argument('<workflow>', workflowArgument)
    .action((name: string, options: DecisionOptions, command: Command) =>
      kit.use(command, async (call) => {
        const id = await findWorkflow(call.oncely, name);
        await confirm(call, `Let ${workflowName(id)} go on.`, options);
        return hold(call, workflowName(id), () => call.oncely.workflows.resume(id, actorOf(call, options)));
      }),
    );
  withDecision(program.command('cancel').summary('cancel one effect, or a whole workflow for good'))
    .description(
      'Cancels one effect, or with --workflow a workflow for good: nothing more is sent. What may have happened is still looked for.',
    )
    .argument('[id]', 'a short id, a slot or an effect key')
    .option('-w, --workflow <workflow>', workflowArgument)
    .action((id: string | undefined, options: CancelOptions, command: Command) =>
      kit.use(command, (call) => cancel(call, id, options)),
    );
}

async function hold(call: Call, name: string, change: (id: WorkflowParts) => Promise<unknown>): Promise<ExitCode> {
  const id = await findWorkflow(call.oncely, name);
  await change(id);
  const state = await call.oncely.workflows.state(id);
  call.answer({ workflow: workflowName(id), state }, [`${workflowName(id)}  ${state}`]);
  return 0;
}

async function cancel(call: Call, id: string | undefined, options: CancelOptions): Promise<ExitCode> {
  if ((id === undefined) === (options.workflow === undefined)) {
    throw new CommandError('usage', 'Say which effect, or --workflow and which workflow.');
  }
  if (id !== undefined) {
    return decideOn(call, id, options, 'Cancel', (effects, key, actor) => effects.cancel(key, actor));
  }
  const workflow = await findWorkflow(call.oncely, options.workflow ?? '');
  await confirm(call, `Cancel ${workflowName(workflow)} for good: none of its effects is ever sent again.`, options);
  return hold(call, workflowName(workflow), () => call.oncely.workflows.cancel(workflow, actorOf(call, options)));
}
