import type { Pruned, Resealed } from '@oncely/core';
import type { Command } from 'commander';

import type { Call, Kit } from '../call.ts';
import { CommandError } from '../command-error.ts';
import { confirm, withQuestion, type DecisionOptions } from '../confirm.ts';
import type { ExitCode } from '../exit-codes.ts';
import { masked } from '../masked.ts';
import { shortIdOf } from '../short-id.ts';
import { durationOf } from '../time.ts';

interface PruneOptions extends Pick<DecisionOptions, 'yes'> {
  readonly walk?: boolean;
  readonly dryRun?: boolean;
  readonly deleteTombstones?: string;
  readonly deadline: string;
}

interface ResealOptions {
  readonly deadline: string;
}

/** What the application's own rules say of keeping: `prune`, and `reseal` for another key. */
export function addRetention(program: Command, kit: Kit): void {
  withQuestion(program.command('prune').summary("apply the config's retention to what is settled"))
    .description(
      "Applies the config's retention to what is due, and never to what is open. It may be stopped at any time and run again, beside anything else.",
    )
    .option('--walk', 'go through all records: once, after rules were added')
    .option('--dry-run', 'only count')
    .option('--delete-tombstones <age>', 'delete tombstones older than this; a late repeat happens again')
    .option('--deadline <age>', 'when to stop', '10m')
    .action((options: PruneOptions, command: Command) => kit.use(command, (call) => prune(call, options)));
  program
    .command('reseal')
    .summary('seal what an older key sealed with the current one')
    .description(
      "Goes through the whole ledger and seals with the codec's current key what an older one sealed, and what is plain. Exit code 0 says that nothing needs the old key any more.",
    )
    .option('--deadline <age>', 'when to stop', '10m')
    .action((options: ResealOptions, command: Command) => kit.use(command, (call) => reseal(call, options)));
}

async function prune(call: Call, options: PruneOptions): Promise<ExitCode> {
  const { oncely, answer } = call;
  call.needsConfig('prune');
  const { walk = false, dryRun = false, deleteTombstones } = options;
  if (walk && deleteTombstones !== undefined) {
    throw new CommandError('usage', 'Tombstones are found by their age, without --walk; give one of the two.');
  }
  const olderThanMs = deleteTombstones === undefined ? undefined : durationOf(deleteTombstones);
  if (olderThanMs !== undefined && !dryRun) {
    const what = `Delete the tombstones older than ${deleteTombstones}: who repeats one of those effects does it again at the vendor.`;
    await confirm(call, what, options);
  }
  const rules = {
    dryRun,
    walk,
    ...(olderThanMs === undefined ? {} : { deleteTombstonesOlderThanMs: olderThanMs, acceptDuplicates: true as const }),
  };
  // Without a cursor each call begins with what is due for longest, and what could not be pruned is met again.
  const resumes = dryRun || walk;
  const { total, failed, next } = await inParts<Pruned>(options.deadline, (deadlineMs, cursor) =>
    oncely.prune({ ...rules, deadlineMs, ...(resumes && cursor !== undefined ? { cursor } : {}) }),
  );
  const done = [
    `${total('compacted')} compacted`,
    `${total('resultsDropped')} results dropped`,
    `${total('valuesDeleted')} values deleted`,
    `${total('observationsDeleted')} observations deleted`,
    `${total('tombstonesDeleted')} tombstones deleted`,
    `${total('trailDeleted') + total('guardsDeleted') + total('limitsDeleted')} others deleted`,
  ];
  const lines = [`${total('examined')} looked at: ${dryRun ? 'would be ' : ''}${done.join(', ')}`];
  const counts = {
    examined: total('examined'),
    compacted: total('compacted'),
    resultsDropped: total('resultsDropped'),
    deferred: total('deferred'),
    kept: total('kept'),
    valuesDeleted: total('valuesDeleted'),
    observationsDeleted: total('observationsDeleted'),
    trailDeleted: total('trailDeleted'),
    guardsDeleted: total('guardsDeleted'),
    limitsDeleted: total('limitsDeleted'),
    tombstonesDeleted: total('tombstonesDeleted'),
  };
  answer({ dryRun, ...counts, failed: failed.map(effectOf), more: next !== undefined }, [
    ...lines,
    ...failed.map(({ slot, reason }) => `${shortIdOf(slot)}  not now: ${masked(reason)}`),
    ...(next === undefined ? [] : ['there is more: run it again']),
  ]);
  return failed.length > 0 || next !== undefined ? 4 : 0;
}

async function reseal(call: Call, options: ResealOptions): Promise<ExitCode> {
  call.needsConfig('reseal');
  const { total, failed, next } = await inParts<Resealed>(options.deadline, (deadlineMs, cursor) =>
    call.oncely.reseal({ deadlineMs, ...(cursor === undefined ? {} : { cursor }) }),
  );
  const [examined, resealed, skipped] = [total('examined'), total('resealed'), total('skipped')];
  const over = next === undefined && failed.length === 0 && skipped === 0;
  const lines = [`${examined} looked at: ${resealed} sealed anew`];
  if (skipped > 0) lines.push(`${skipped} are under way: run it again`);
  for (const { slot, reason } of failed) lines.push(`${shortIdOf(slot)}  could not be: ${masked(reason)}`);
  if (next !== undefined) lines.push('the deadline came first: run it again with a longer --deadline');
  if (over) lines.push(call.around.paint('green', 'nothing needs an older key any more'));
  call.answer({ examined, resealed, skipped, failed: failed.map(effectOf), more: next !== undefined }, lines);
  return over ? 0 : 4;
}

interface Part {
  readonly failed: readonly { readonly slot: string; readonly reason: string }[];
  readonly next?: string;
}

type NumbersOf<P> = { [Name in keyof P]-?: P[Name] extends number ? Name : never }[keyof P];

interface Whole<P> {
  readonly total: (name: NumbersOf<P>) => number;
  readonly failed: Part['failed'];
  readonly next?: string;
}

/** Calls for one part after the other until there is no more, nothing more can be done, or the time is over. */
async function inParts<P extends Part>(
  deadline: string,
  take: (deadlineMs: number, cursor?: string) => Promise<P>,
): Promise<Whole<P>> {
  const end = Date.now() + durationOf(deadline);
  const parts: P[] = [];
  let cursor: string | undefined;
  do {
    const part = await take(Math.max(1, end - Date.now()), cursor);
    parts.push(part);
    cursor = part.next;
    if (part.failed.length > 0) break;
  } while (cursor !== undefined && Date.now() < end);
  return {
    total: (name) => parts.reduce((sum, part) => sum + Number(part[name]), 0),
    failed: parts.flatMap(({ failed }) => failed),
    ...(cursor === undefined ? {} : { next: cursor }),
  };
}

function effectOf({ slot, reason }: Part['failed'][number]): object {
  return { id: shortIdOf(slot), slot, reason: masked(reason) };
}
