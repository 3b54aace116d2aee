import type { Register, Sight, Write } from './register.ts';
import type { Version } from './version.ts';
import type { Violation } from './violation.ts';

/**
 * Whether a register behaved as one that is written by compare-and-set, in an order that agrees with real time. Each
 * revision has one document and one writer, so the order is given, and the history is linearizable exactly if nothing
 * that ended before something else began had seen a later revision than that.
 */
export function checkRegister(register: Register, versions: readonly Version[]): Violation[] {
  return [
    ...checkAnswers(register),
    ...checkDocuments(register),
    ...checkWriters(register, versions),
    ...checkRealTime(register),
    ...checkTimes(register, versions),
  ];
}

function checkAnswers({ name, writes }: Register): Violation[] {
  const found: Violation[] = [];
  const writers = new Map<number, Write>();
  for (const write of writes) {
    const { outcome, answered = 0, expect, process, begun } = write;
    const violation = (rule: Violation['rule'], what: string): void => {
      found.push({ rule, subject: name, time: begun, what });
    };
    if (outcome === 'conflict' && answered === expect) {
      violation('conflict without cause', `${process} expected ${expect}, and a conflict showed it ${expect}`);
    }
    if (outcome !== 'written') continue;
    if (answered !== expect + 1) violation('wrong revision', `${process} expected ${expect} and wrote ${answered}`);
    const other = writers.get(answered);
    if (other) violation('written twice', `${other.process} and ${process} both wrote revision ${answered}`);
    writers.set(answered, write);
  }
  return found;
}

function checkDocuments({ name, sights }: Register): Violation[] {
  const found: Violation[] = [];
  const first = new Map<number, Sight>();
  for (const sight of sights) {
    const { revision, digest, at, process, ended } = sight;
    const other = first.get(revision);
    if (!other) first.set(revision, sight);
    else if (other.digest !== digest || other.at !== at) {
      const what = `revision ${revision} was ${other.digest} of ${other.at} to ${other.process}, and ${digest} of ${at} to ${process}`;
      found.push({ rule: 'two documents', subject: name, time: ended, what });
    }
  }
  return found;
}

function checkWriters({ name, sights }: Register, versions: readonly Version[]): Violation[] {
  const found: Violation[] = [];
  for (const [index, { revision, writers, seen }] of versions.entries()) {
    const begun = Math.min(...writers.map((write) => write.begun));
    if (writers.length === 0 || begun > seen) {
      const what = `revision ${revision} was shown, and nobody had tried to write it, or was told that it was not stored`;
      found.push({ rule: 'never written', subject: name, time: seen, what });
    }
    if (revision !== (versions[index - 1]?.revision ?? 0) + 1) {
      const what = `revision ${revision} was shown, and nobody was ever shown the one before, on which it was written`;
      found.push({ rule: 'never written', subject: name, time: seen, what });
    }
  }
  const newest = versions.at(-1)?.revision ?? 0;
  const strange = sights.find(({ revision }) => revision > newest || revision < 0);
  if (strange) {
    const what = `${strange.process} was shown revision ${strange.revision}`;
    found.push({ rule: 'never written', subject: name, time: strange.ended, what });
  }
  return found;
}

function checkRealTime({ name, sights }: Register): Violation[] {
  const ends = sights.toSorted((one, other) => one.ended - other.ended);
  const begins = sights.toSorted((one, other) => one.begun - other.begun);
  const found: Violation[] = [];
  let newest: Sight | undefined;
  let next = 0;
  for (const { begun, revision, process } of begins) {
    for (let end = ends[next]; end !== undefined && end.ended < begun; end = ends[(next += 1)]) {
      if (end.revision > (newest?.revision ?? -1)) newest = end;
    }
    if (newest && revision < newest.revision) {
      const what = `${process} was shown revision ${revision} after ${newest.process} had been shown ${newest.revision}`;
      found.push({ rule: 'stale', subject: name, time: begun, what });
    }
  }
  return found;
}

function checkTimes({ name, sights }: Register, versions: readonly Version[]): Violation[] {
  const found: Violation[] = [];
  for (const [index, { revision, at, seen }] of versions.entries()) {
    const before = versions[index - 1]?.at;
    if (at !== undefined && before !== undefined && at < before) {
      const what = `revision ${revision} is of ${at}, and the one before of ${before}`;
      found.push({ rule: 'time went back', subject: name, time: seen, what });
    }
  }
  for (const { at, now, process, ended } of sights) {
    if (at !== undefined && now !== undefined && now < at) {
      const what = `${process} was shown a row of ${at} at ${now}`;
      found.push({ rule: 'time went back', subject: name, time: ended, what });
    }
  }
  return found;
}
