import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { confirm, withQuestion, type DecisionOptions } from '../confirm.ts';
import { stateNames, states } from '../effect-view.ts';
import { everyEffect } from '../every-effect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { age, clockTime, isoTime, momentOf } from '../time.ts';

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
    .action((_options: object, command: Command) => kit.use(command, status));
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

async function status({ oncely, around, answer }: Call): Promise<ExitCode> {
  const ledger = await oncely.inspect.ledger();
  const counts = new Map<string, number>();
  let diverged = 0;
  let oldestOpen = Infinity;
  for await (const effect of everyEffect(oncely)) {
    counts.set(effect.state, (counts.get(effect.state) ?? 0) + 1);
    if (effect.divergence) diverged += 1;
    if (effect.state === 'in_doubt' || effect.state === 'stopped') oldestOpen = Math.min(oldestOpen, effect.createdAt);
  }
  const there = stateNames.filter((name) => counts.has(name));
  const lines = [`${ledger.name}  ${around.paint('dim', `ledger ${ledger.id.slice(0, 8)}, epoch ${ledger.epoch}`)}`];
  if (ledger.suspectSince !== undefined) {
    lines.push(
      around.paint('red', `suspect: it may have forgotten what happened since ${clockTime(ledger.suspectSince)}`),
    );
  }
  for (const name of there)
    lines.push(`${String(counts.get(name)).padStart(8)}  ${around.paint(states[name].style, name)}`);
  if (there.length === 0) lines.push('no effects');
  if (Number.isFinite(oldestOpen))
    lines.push(`the oldest in doubt or stopped was made ${age(ledger.at - oldestOpen)} ago`);
  if (diverged > 0) lines.push(around.paint('red', `${diverged} happened more than once at the vendor`));
  const person = diverged > 0 || there.some((name) => states[name].person);
  lines.push(
    person ? around.paint('yellow', 'something needs a person: `oncely list --state ...`') : 'nothing needs a person',
  );
  answer(
    {
      ledger: ledger.name,
      ledgerId: ledger.id,
      epoch: ledger.epoch,
      at: isoTime(ledger.at),
      suspectSince: ledger.suspectSince === undefined ? null : isoTime(ledger.suspectSince),
      states: Object.fromEntries(stateNames.map((name) => [name, counts.get(name) ?? 0])),
      oldestOpenAt: Number.isFinite(oldestOpen) ? isoTime(oldestOpen) : null,
      diverged,
      needsPerson: person,
    },
    lines,
  );
  return person ? 3 : 0;
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
