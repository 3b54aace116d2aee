import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { actorOf, confirm, withActor, withDecision, type DecisionOptions } from '../confirm.ts';
import type { ExitCode } from '../exit-codes.ts';
import { shortIdOf } from '../short-id.ts';
import { durationOf } from '../time.ts';
import { findWorkflow, workflowName, type WorkflowParts } from '../workflow-name.ts';
import { decideOn } from './decide.ts';
import { workflowLines } from './ledger.ts';
import { countOf } from './list.ts';

interface PauseOptions extends DecisionOptions {
  readonly wait?: boolean;
  readonly deadline: string;
}

interface ResumeOptions extends DecisionOptions {
  readonly reEntries?: string;
  readonly reExecutions?: string;
}

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
    .option('--wait', 'also wait until nothing of it is being sent any more')
    .option('--deadline <age>', 'how long to wait', '60s')
    .action((name: string, options: PauseOptions, command: Command) =>
      kit.use(command, (call) => pause(call, name, options)),
    );
  withDecision(program.command('resume').summary('let a paused workflow go on'))
    .description(
      'Lets a paused workflow go on. Its budgets begin anew, with what is granted here in place of the usual limits.',
    )
    .argument('<workflow>', workflowArgument)
    .option('--re-entries <number>', 'how often its scopes may be entered again')
    .option('--re-executions <number>', 'how often the vendor may be called again')
    .action((name: string, options: ResumeOptions, command: Command) =>
      kit.use(command, (call) => resume(call, name, options)),
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

async function pause(call: Call, name: string, options: PauseOptions): Promise<ExitCode> {
  const id = await findWorkflow(call.oncely, name);
  const deadlineMs = durationOf(options.deadline);
  const wait = options.wait === true;
  const sending = await call.oncely.workflows.pause(id, { ...actorOf(call, options), wait, deadlineMs });
  return shown(call, id, sending);
}

async function resume(call: Call, name: string, options: ResumeOptions): Promise<ExitCode> {
  const id = await findWorkflow(call.oncely, name);
  const { reEntries, reExecutions } = options;
  const grant = {
    ...(reEntries === undefined ? {} : { reEntries: countOf(reEntries) }),
    ...(reExecutions === undefined ? {} : { reExecutions: countOf(reExecutions) }),
  };
  await confirm(call, `Let ${workflowName(id)} go on.`, options);
  const granted = Object.keys(grant).length > 0;
  await call.oncely.workflows.resume(id, { ...actorOf(call, options), ...(granted ? { grant } : {}) });
  return shown(call, id);
}

/** How the workflow stands now; `sending` are those that were still at it when the waiting ended. */
async function shown({ oncely, answer }: Call, id: WorkflowParts, sending: readonly string[] = []): Promise<ExitCode> {
  const workflow = { name: workflowName(id), ...(await oncely.workflows.get(id)) };
  answer({ workflow, sending: sending.map((slot) => ({ id: shortIdOf(slot), slot })) }, [
    ...workflowLines(workflow),
    ...sending.map((slot) => `${shortIdOf(slot)}  is still being sent: ${slot}`),
  ]);
  return sending.length > 0 ? 4 : 0;
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
  await call.oncely.workflows.cancel(workflow, actorOf(call, options));
  return shown(call, workflow);
}
