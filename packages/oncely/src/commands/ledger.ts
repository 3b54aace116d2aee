import type { Effect, Oncely } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { confirm, withQuestion, type DecisionOptions } from '../confirm.ts';
import { needsPerson, stateNames, states } from '../effect-view.ts';
import { everyEffect } from '../every-effect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked, printable } from '../masked.ts';
import { age, clockTime, isoTime, momentOf } from '../time.ts';
import { findWorkflow, workflowName, workflowOf } from '../workflow-name.ts';

type State = Effect['state'];
type Workflow = Awaited<ReturnType<Oncely['workflows']['get']>>;

interface StatusOptions {
  readonly workflow?: string;
}

interface SuspectOptions extends Pick<DecisionOptions, 'yes'> {
  readonly since?: string;
  readonly lift?: boolean;
}

/** What is about the ledger as a whole: `migrate`, `status`, `suspect`. */
export function addLedger(program: Command, kit: Kit): void {
  program
    .command('migrate')
    .summary('bring the tables of the ledger up to date')
    .description(
      'Makes the tables of the ledger, or brings them up to date. Every other command does so too when it opens the ledger; this one may also make a new SQLite file.',
    )
    .action((_options: object, command: Command) => kit.use(command, migrate, { mayCreate: true }));
  program
    .command('status')
    .summary('how many effects are in each state, and what needs a person')
    .description(
      'Counts the effects by their state and says whether anything needs a person (exit code 3). It reads every record.',
    )
    .option('-w, --workflow <workflow>', 'of one workflow, with whether it runs and what it spent of its budgets')
    .action((options: StatusOptions, command: Command) => kit.use(command, (call) => status(call, options)));
  withQuestion(
    program
      .command('suspect')
      .summary('mark a ledger that may have forgotten')
      .description(
        'Marks the ledger as one that may have forgotten what happened since a time (a restored backup, a failover), or lifts the mark. While it stands, an effect without a record is looked for at the vendor and not taken as new.',
      ),
  )
    .option('--since <time>', 'ISO 8601 with a zone, or an age such as 2h')
    .option('--lift', 'end the mark')
    .action((options: SuspectOptions, command: Command) => kit.use(command, (call) => suspect(call, options)));
}

async function migrate({ oncely, answer }: Call): Promise<ExitCode> {
  const { name, id, epoch } = await oncely.inspect.ledger();
  answer({ ledger: name, ledgerId: id, epoch }, [`${name} is up to date (ledger ${id.slice(0, 8)}, epoch ${epoch})`]);
  return 0;
}

async function status({ oncely, around, answer }: Call, options: StatusOptions): Promise<ExitCode> {
  const ledger = await oncely.inspect.ledger();
  const of = options.workflow === undefined ? undefined : await findWorkflow(oncely, options.workflow);
  const workflow = of && { name: workflowName(of), ...(await oncely.workflows.get(of)) };
  const counts = await count(oncely, workflow?.name);
  const lines = [`${ledger.name}  ${around.paint('dim', `ledger ${ledger.id.slice(0, 8)}, epoch ${ledger.epoch}`)}`];
  if (ledger.suspectSince !== undefined) {
    lines.push(
      around.paint('red', `suspect: it may have forgotten what happened since ${clockTime(ledger.suspectSince)}`),
    );
  }
  if (workflow) lines.push(...workflowLines(workflow));
  for (const [name, many] of counts.states)
    lines.push(`${String(many).padStart(8)}  ${around.paint(states[name].style, name)}`);
  if (counts.states.size === 0) lines.push('no effects');
  if (counts.oldestOpen !== undefined) {
    lines.push(`the oldest in doubt or stopped was made ${age(ledger.at - counts.oldestOpen)} ago`);
  }
  if (counts.diverged > 0) lines.push(around.paint('red', `${counts.diverged} happened more than once at the vendor`));
  if (counts.byHand > 0)
    lines.push(around.paint('red', `${counts.byHand} to undo by hand: oncely list --state compensating`));
  const held = workflow !== undefined && workflow.state === 'paused';
  const person = counts.persons > 0 || held;
  const waiting = [...counts.states.keys()].filter((name) => states[name].person);
  for (const name of waiting) lines.push(around.paint('yellow', `needs a person: oncely list --state ${name}`));
  const doubtful = counts.states.get('in_doubt') ?? 0;
  // What no look can end becomes a person's by it: that nothing needs one would be true for moments only.
  if (doubtful > 0)
    lines.push('in doubt: oncely recover settles what can be found out, and stops the rest for a person');
  if (!person) lines.push(doubtful > 0 ? 'nothing needs a person yet' : 'nothing needs a person');
  answer(
    {
      ledger: ledger.name,
      ledgerId: ledger.id,
      epoch: ledger.epoch,
      at: isoTime(ledger.at),
      suspectSince: ledger.suspectSince === undefined ? null : isoTime(ledger.suspectSince),
      ...(workflow ? { workflow } : {}),
      states: Object.fromEntries(stateNames.map((name) => [name, counts.states.get(name) ?? 0])),
      oldestOpenAt: counts.oldestOpen === undefined ? null : isoTime(counts.oldestOpen),
      diverged: counts.diverged,
      undoByHand: counts.byHand,
      needsPerson: person,
    },
    lines,
  );
  return person ? 3 : 0;
}

interface Counts {
  readonly states: ReadonlyMap<State, number>;
  readonly diverged: number;
  /** Taken back by no program. */
  readonly byHand: number;
  /** How many need a person. */
  readonly persons: number;
  readonly oldestOpen: number | undefined;
}

async function count(oncely: Oncely, workflow: string | undefined): Promise<Counts> {
  const found = new Map<State, number>();
  let diverged = 0;
  let persons = 0;
  let byHand = 0;
  let oldest = Infinity;
  for await (const effect of everyEffect(oncely)) {
    if (workflow !== undefined && workflowOf(effect) !== workflow) continue;
    found.set(effect.state, (found.get(effect.state) ?? 0) + 1);
    if (effect.divergence) diverged += 1;
    if (effect.compensation?.state === 'by_hand') byHand += 1;
    if (needsPerson(effect)) persons += 1;
    if (effect.state === 'in_doubt' || effect.state === 'stopped') oldest = Math.min(oldest, effect.createdAt);
  }
  const inOrder = stateNames.flatMap((name) => (found.has(name) ? [[name, found.get(name) ?? 0] as const] : []));
  return {
    states: new Map(inOrder),
    diverged,
    byHand,
    persons,
    oldestOpen: Number.isFinite(oldest) ? oldest : undefined,
  };
}

/** A workflow's own lines: whether it runs, who holds it, and its budgets. */
export function workflowLines(workflow: Workflow & { readonly name: string }): string[] {
  const { name, state, by, reason, spent, granted } = workflow;
  const why = [by === undefined ? '' : `by ${printable(by)}`, reason === undefined ? '' : `"${masked(reason)}"`];
  const lines = [[`${printable(name)}  ${state}`, ...why].filter((text) => text !== '').join(', ')];
  const budget = (kind: 'reEntries' | 'reExecutions', words: string): void => {
    if (spent[kind] === undefined && granted?.[kind] === undefined) return;
    const limit = granted?.[kind] === undefined ? '' : ` of ${granted[kind]} granted`;
    lines.push(`  ${words}: ${spent[kind] ?? 0}${limit}`);
  };
  budget('reEntries', 're-entries');
  budget('reExecutions', 're-executions');
  return lines;
}

async function suspect(call: Call, options: SuspectOptions): Promise<ExitCode> {
  const { oncely, answer } = call;
  if ((options.since === undefined) === (options.lift !== true)) {
    throw new CommandError('usage', 'Say --since <time>, or --lift.');
  }
  const before = await oncely.inspect.ledger();
  const since = options.since === undefined ? undefined : momentOf(options.since, before.at);
  if (since !== undefined && since > before.at) throw new CommandError('usage', 'That is in the future of the ledger.');
  await confirm(
    call,
    since === undefined
      ? `Lift the mark of ${before.name}: an effect without a record is new again, and is sent.`
      : `Mark ${before.name}: it may have forgotten what happened since ${clockTime(since)}.`,
    options,
  );
  await oncely.suspect(since === undefined ? undefined : new Date(since));
  const { name, suspectSince, epoch } = await oncely.inspect.ledger();
  answer({ ledger: name, epoch, suspectSince: suspectSince === undefined ? null : isoTime(suspectSince) }, [
    suspectSince === undefined ? `${name}: the mark is lifted` : `${name}: suspect since ${clockTime(suspectSince)}`,
  ]);
  return 0;
}
