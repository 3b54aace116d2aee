import type { Oncely } from '@oncely/core';

import { masked, printable } from './masked.ts';
import { shortIdOf } from './short-id.ts';
import { clockTime } from './time.ts';

export type Timeline = Awaited<ReturnType<Oncely['audit']['timeline']>>;

/** A workflow told in order, and for each run that came back whether it went on from where the earlier one was. */
export function workflowTimelineLines({ workflow, entries, effects, resumes, dropped }: Timeline): string[] {
  const lines = [printable(workflow), ...entries.map(entryLine), ''];
  for (const { slot, replays, repeatedOnPurpose, attempts } of effects) {
    const changes = attempts.flatMap(({ number, changes: changed }) =>
      changed.map(
        ({ field, from, to }) => `  attempt ${number}: ${field} ${String(from ?? '-')} → ${String(to ?? '-')}`,
      ),
    );
    lines.push(
      `${shortIdOf(slot)}  ${attempts.length} attempts, replayed ${replays} times`,
      ...changes.map(masked).map((text) => `  ${text}`),
    );
    for (const why of repeatedOnPurpose) lines.push(`  asked again on purpose: ${masked(why)}`);
  }
  for (const { correlationId, from, checkpoints, replayed, sent, doubts } of resumes) {
    lines.push(
      `run ${printable(correlationId)} went on ${from === undefined ? 'from the beginning' : `from ${printable(from.name)}`}: ${replayed} replayed, ${sent.length} sent, ${checkpoints.filter(({ same }) => same).length} of ${checkpoints.length} checkpoints the same`,
      ...(doubts.length === 0 ? ['  nothing speaks against it'] : doubts.map((doubt) => `  doubt: ${masked(doubt)}`)),
    );
  }
  if (dropped > 0) lines.push(`${dropped} observations were left out`);
  return lines;
}

function entryLine(entry: Timeline['entries'][number]): string {
  const { at, what, slot, attempt, evidence, basis, vendorIds, decision, by, reason, detail, count, checkpoint, run } =
    entry;
  const said = [
    slot === undefined ? undefined : shortIdOf(slot),
    attempt === undefined ? undefined : `attempt ${attempt}`,
    checkpoint && `${printable(checkpoint.name)} ${checkpoint.hash.slice(0, 12)}`,
    evidence,
    basis === undefined || basis === 'answer' ? undefined : `by ${basis}`,
    decision,
    by === undefined ? undefined : `by ${printable(by)}`,
    vendorIds?.map(printable).join(', '),
    reason === undefined ? undefined : masked(reason),
    detail === undefined ? undefined : masked(detail),
    count === undefined ? undefined : `${count} times`,
    run?.correlationId === undefined ? undefined : `run ${printable(run.correlationId)}`,
  ];
  const told = said.filter((text) => text !== undefined && text !== '').join(', ');
  return `  ${clockTime(at)}  ${what.replaceAll('_', ' ').padEnd(14)}  ${told}`;
}
