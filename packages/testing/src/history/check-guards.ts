import { workflowOf, type Registers, type Write } from './register.ts';
import type { Version } from './version.ts';
import type { Violation } from './violation.ts';

/** A time in which a workflow is known not to have been running. */
interface Hold {
  readonly from: number;
  readonly until: number;
  readonly state: string;
}

/** No guarded write is stored that began after a pause was acknowledged, or after a later epoch was. */
export function checkGuards(
  { workflows, epochs }: Registers,
  slots: ReadonlyMap<string, readonly Version[]>,
  versionsOfWorkflow: (name: string) => readonly Version[],
): Violation[] {
  const found: Violation[] = [];
  const holds = new Map(
    [...workflows.keys()].map((name) => [name, holdsOf(versionsOfWorkflow(name), workflows.get(name)?.writes ?? [])]),
  );
  const rises = epochs.toSorted((one, other) => one.ended - other.ended);
  for (const [slot, versions] of slots) {
    for (const { revision, writers, seen } of versions) {
      const guarded = writers.filter((write) => write.guard !== undefined);
      // Which of several tries it was is not known: one that was allowed excuses all.
      if (guarded.length === 0 || guarded.length < writers.length) continue;
      const begun = Math.min(...guarded.map((write) => write.begun));
      const during = (hold: Hold): boolean =>
        guarded.every((write) => hold.from < write.begun && Math.min(write.ended, seen) < hold.until);
      const hold = holds.get(workflowOf(slot))?.find(during);
      if (hold) {
        const what = `revision ${revision} was stored by ${guarded[0]?.process} while the workflow was ${hold.state}`;
        found.push({ rule: 'stored while held', subject: slot, time: begun, what });
      }
      const rise = rises.find(({ epoch, ended }) =>
        guarded.every((write) => ended < write.begun && (write.guard ?? 0) < epoch),
      );
      if (rise) {
        const what = `revision ${revision} was stored under epoch ${guarded[0]?.guard} after ${rise.epoch} had been answered`;
        found.push({ rule: 'stored under an old epoch', subject: slot, time: begun, what });
      }
    }
  }
  return found;
}

function holdsOf(versions: readonly Version[], writes: readonly Write[]): Hold[] {
  return versions.flatMap(({ revision, writers, seen, digest }) => {
    const state = writers.find((write) => write.digest === digest)?.state;
    if (state === undefined || state === 'running') return [];
    // From when somebody was told until somebody first tried to change it.
    const next = writes.filter((write) => write.expect === revision && write.outcome !== 'refused');
    return [{ from: seen, until: Math.min(Infinity, ...next.map((write) => write.begun)), state }];
  });
}
