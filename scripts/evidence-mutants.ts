import type { Mutant } from './mutant.ts';

const found = 'packages/core/test/oncely/what-was-found.test.ts';
const unrecorded = 'packages/core/test/oncely/unrecorded.test.ts';
const twins = 'packages/core/test/oncely/twins-when-sent.test.ts';
const names = 'packages/core/test/oncely/names.test.ts';

/** What core takes for evidence, and what it never forgets of it, broken one at a time. */
export const evidenceMutants: readonly Mutant[] = [
  {
    breaks: 'C13: names that anybody can make up who knows the effect key',
    file: 'packages/core/src/keys.ts',
    from: "return `oncely_${createHmac('sha256', hash).update(`oncely ${use} ${text}`).digest('hex').slice(0, 48)}`;",
    to: 'return unkeyed(text);',
    test: names,
    named: 'C13: key and marker cannot be made up',
  },
  {
    breaks: 'C13: what an earlier release named is looked for under a name that it never had',
    file: 'packages/core/src/keys.ts',
    from: 'if (naming === undefined) return {',
    to: "if (naming === 'never') return {",
    test: names,
    named: 'C13: what an earlier release named',
  },
  {
    breaks: 'C13: a request that is sent again under another key is looked for under a marker that is not in it',
    file: 'packages/core/src/lifecycle/naming.ts',
    from: 'isRekeyed ? markerFrom(before.naming) : generation',
    to: 'generation',
    test: names,
    named: 'C13: a request that goes out under another key',
  },
  {
    breaks: 'C12: what the vendor refused stands under a marker of the next generation',
    file: 'packages/core/src/keys.ts',
    from: 'const open = attempts.filter((attempt) => !isAnsweredNo(attempt));',
    to: 'const open = attempts;',
    test: names,
    named: 'C12: what a generation made that the vendor answered with a no',
  },
  {
    breaks: 'C12: what was declined and is there counts as done',
    file: 'packages/core/src/matching.ts',
    from: 'matches.filter(({ failed }) => failed === undefined)',
    to: 'matches.filter(() => true)',
    test: found,
    named: 'declined is no success and is not sent again: probed',
  },
  {
    breaks: 'C12: what was there before the effect began counts as its work',
    file: 'packages/core/src/matching.ts',
    from: 'if (older) {',
    to: 'if (older && matches.length === 0) {',
    test: found,
    named: 'from before the effect began',
  },
  {
    breaks: 'C15: what the vendor answered is dropped where the ledger does not take it',
    file: 'packages/core/src/attempt.ts',
    from: 'unrecorded.verdict(job, slot, seen.record as EffectRecord, token, ending);',
    to: '',
    test: unrecorded,
    named: 'is recorded by itself',
  },
  {
    breaks: 'C15: a claim that is stored late counts as one that may have been sent',
    file: 'packages/core/src/runner.ts',
    from: 'parts.unrecorded.unused(job, slot, token);',
    to: '',
    test: unrecorded,
    named: 'C15: a claim whose caller gave up',
  },
  {
    breaks: 'C15: a call does not ask what another call of its process knows',
    file: 'packages/core/src/runner.ts',
    from: 'if (parts.unrecorded.knows(slot)) seen = await parts.unrecorded.applied(slot, seen);',
    to: '',
    test: unrecorded,
    named: 'is what the next call gets',
  },
  {
    breaks: 'C15: another call of this process is told as another process',
    file: 'packages/core/src/runner.ts',
    from: 'inHand.add(token);',
    to: '',
    test: unrecorded,
    named: 'C15: another call of this process',
  },
  {
    breaks: 'C20: the twin guard is asked only by callers, not where it is performed for them',
    file: 'packages/core/src/twin-watch.ts',
    from: 'if (!twins || contract',
    to: 'if (!twins || job.prepare === undefined || contract',
    test: twins,
    named: 'also of what was handed in when its twin was made',
  },
  {
    breaks: 'C20: the twin guard is not tied to the claim',
    file: 'packages/core/src/twin-watch.ts',
    from: 'if (askedAt === undefined || isFresh()) return undefined;',
    to: 'if (askedAt !== undefined || isFresh()) return undefined;',
    test: twins,
    named: 'asks again, and sends nothing where another was faster',
  },
  {
    breaks: 'C20: what is performed long after it was handed in takes no place of its own',
    file: 'packages/core/src/twins.ts',
    from: 'held.by === slot && row.at < heldSince',
    to: 'held.by === undefined',
    test: twins,
    named: 'takes its place among them before it is claimed',
  },
];
