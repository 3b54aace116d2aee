import type { Mutant } from './mutant.ts';

const limits = 'packages/core/test/oncely/limits.test.ts';
const reached = 'packages/core/test/oncely/limits-reached.test.ts';
const stores = 'packages/stripe/test/consent/limits.test.ts';

const told = 'packages/core/test/oncely/limits-told.test.ts';
const rate = 'packages/core/test/oncely/limits-rate.test.ts';
const onStores = 'packages/core/test/oncely/limits-stores.test.ts';

/** What limits promise, broken one at a time. */
export const limitsMutants: readonly Mutant[] = [
  {
    breaks: 'no room is taken where recovery takes an effect over',
    file: 'packages/core/src/limits/watch.ts',
    from: `if (own.length === 0) return undefined;`,
    to: `if (own.length === 0 || !job.prepare) return undefined;`,
    test: reached,
    named: 'what a process without limits left in doubt, taken over',
  },
  {
    breaks: 'room is given up while nobody knows whether the attempt happened',
    file: 'packages/core/src/limits/ends.ts',
    from: `return attempt ? attempt.evidence === 'unknown' : isClaiming(entry);`,
    to: `return attempt ? attempt.evidence === 'accepted' : isClaiming(entry);`,
    test: limits,
    named: 'is given back when the vendor says no, and kept in doubt until it is known',
  },
  {
    breaks: 'an absent amount counts as nothing',
    file: 'packages/core/src/limits/rules.ts',
    from: `return values.length > 0 && values.every(isWhole)`,
    to: `return values.every(isWhole)`,
    test: limits,
    named: 'refuses an amount that is absent',
  },
  {
    breaks: 'the row of a limit is written without looking whether another did',
    file: 'packages/core/src/limits/keeper.ts',
    from: `if (written) {
        row = written;
        continue;
      }`,
    to: `if (written) row = written;`,
    test: stores,
    named: '64 refunds at once, by four processes, give back no more than the limit',
  },
  {
    breaks: 'room is given back although the claim, whose answer was lost, is stored',
    file: 'packages/core/src/runner.ts',
    from: `          // The permission is ours: just stored, or recognised after the answer to the claim was lost.
          limits?.claimed(token);`,
    to: `          if (start) limits?.claimed('');`,
    test: limits,
    named: 'is kept where the claim was stored and its answer lost',
  },
  {
    breaks: 'who stood still since it took room sends all the same',
    file: 'packages/core/src/limits/watch.ts',
    from: `      if (elapsedSince(clock, heldAt.since) < claimingMs / 2) return undefined;`,
    to: `      if (elapsedSince(clock, heldAt.since) < claimingMs * 1e6) return undefined;`,
    test: limits,
    named: 'is taken again by a claim that stood still, or nothing is sent',
  },
  {
    breaks: 'an approval that did not know of the limit lets it pass',
    file: 'packages/core/src/limits/watch.ts',
    from: `return approval.limits?.some(({ id }) => id === limit.id) === true;`,
    to: `return true;`,
    test: reached,
    named: 'is asked for anew where an approval did not know of it',
  },
  {
    breaks: 'what names no currency counts against none',
    file: 'packages/core/src/limits/row.ts',
    from: `const groups = group === '' ? [''] : ['', group];`,
    to: `const groups = [group];`,
    test: limits,
    named: 'that named no currency first leaves less for each',
  },
  {
    breaks: 'oncely limits takes what is in doubt for what happened',
    file: 'packages/core/src/limits/listing.ts',
    from: `        open,
        ...(rule.maxKey`,
    to: `        open: 0,
        ...(rule.maxKey`,
    test: told,
    named: 'is the use of each case by currency',
  },
  {
    breaks: 'the higher maximum of an older version holds for it beside the lower one',
    file: 'packages/core/src/limits/row.ts',
    from: `if (max < lowest.max) lowest =`,
    to: `if (max < 0) lowest =`,
    test: told,
    named: 'never exceed the lower maximum once its version has asked',
  },
  {
    breaks: 'a lower maximum that is refused is not noted',
    file: 'packages/core/src/limits/keeper.ts',
    from: `if (isUnnoted(doc, use.limit, now)) {`,
    to: `if (now < 0) {`,
    test: told,
    named: 'never exceed the lower maximum once its version has asked',
  },
  {
    breaks: 'the row of a limit is removed while something in it is in doubt',
    file: 'packages/core/src/limits/keeping-rows.ts',
    from: `if (entries.length > 0) return`,
    to: `if (entries.length > 99) return`,
    test: onStores,
    named: 'a row goes once nothing in it counts',
  },
  {
    breaks: 'recovery meets what waits for room each time',
    file: 'packages/core/src/lifecycle/room.ts',
    from: `index: { ...put.index, dueAfterMs } };`,
    to: `index: put.index };`,
    test: told,
    named: 'is met by recovery with growing pauses',
  },
  {
    breaks: 'a calendar window ends a day late',
    file: 'packages/core/src/limits/window.ts',
    from: `  return after;
}`,
    to: `  return after + dayMs;
}`,
    test: told,
    named: 'a day of 25 hours ends when the next begins',
  },
  {
    breaks: 'room that a process took and died is kept for ever',
    file: 'packages/core/src/limits/ends.ts',
    from: `now < (entry.at ?? now) + claimingMs;`,
    to: `now >= 0;`,
    test: onStores,
    named: 'a process that dies between taking room and its claim keeps the room for a minute',
  },
  {
    breaks: 'what woke up too late counts a second time',
    file: 'packages/core/src/limits/ends.ts',
    from: `if (attempts.length > 0 && !own) {`,
    to: `if (attempts.length > 0 && !entries.some(attemptOf)) {`,
    test: 'packages/core/test/simulation/limits.test.ts',
    named: 'the room that an attempt took which woke up behind the end of its effect is free again',
  },
  {
    breaks: 'what landed late counts from when it was given up',
    file: 'packages/core/src/limits/ends.ts',
    from: `(basis === 'answer' ? 0 : landingBoundMs)`,
    to: `(basis === 'answer' ? 0 : landingBoundMs * 0)`,
    test: 'packages/core/test/simulation/limits.test.ts',
    named: 'what landed after its caller had given up counts from when it landed',
  },
  {
    breaks: 'whoever comes while others wait for a rate goes first where there is room',
    file: 'packages/core/src/limits/rates.ts',
    from: `if (giveUpAt === undefined || !lines.has(row)) {`,
    to: `if (giveUpAt === undefined || lines.size >= 0) {`,
    test: rate,
    named: 'is served first come, first served, though others come in the moment in which there is room',
  },
  {
    breaks: 'a rate refuses in place of waiting',
    file: 'packages/core/src/limits/watch.ts',
    from: `const giveUpAt = job.prepare ? { giveUpAt: job.giveUpAt } : {};`,
    to: `const giveUpAt = job.deadlineAt === 0 ? { giveUpAt: job.giveUpAt } : {};`,
    test: rate,
    named: 'sends 30 calls at once in their order, never more than 10 in any second',
  },
  {
    breaks: 'a rate counts a no of the vendor for nothing',
    file: 'packages/core/src/limits/ends.ts',
    from: `(attempt.settledAt ?? attempt.leaseUntil)`,
    to: `(attempt.evidence === 'rejected' ? 0 : (attempt.settledAt ?? attempt.leaseUntil))`,
    test: rate,
    named: 'counts what the vendor answers with a no, as the vendor does',
  },
];
