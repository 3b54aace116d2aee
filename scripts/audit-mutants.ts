import type { Mutant } from './mutant.ts';

const tampering = 'packages/core/test/audit/tampering.test.ts';
const audit = 'packages/core/test/audit/audit.test.ts';
const turns = 'packages/core/test/oncely/taking-turns.test.ts';
const walking = 'packages/core/test/ledgers/walking.test.ts';

/** Broken audits, and the tests that must see it. */
export const auditMutants: readonly Mutant[] = [
  {
    breaks: 'seals that do not cover the times of events',
    file: 'packages/core/src/audit/seal.ts',
    from: `events.map(({ sequence, at, doc }) => [sequence, at, sha256(doc)])`,
    to: `events.map(({ sequence, doc }) => [sequence, sha256(doc)])`,
    test: tampering,
    named: 'I7 in SQLite > I7: no single edit of any field',
  },
  {
    breaks: 'verify takes a record that was written again for one of ours',
    file: 'packages/core/src/audit/verify-record.ts',
    from: `if (record && writes > mostWrites(record, row, leaf)) {`,
    to: `if (record && writes > mostWrites(record, row, leaf) + 1) {`,
    test: tampering,
    named: 'I7 in SQLite > I7: no single edit of any field',
  },
  {
    breaks: 'verify does not hold the seals against the exported ones',
    file: 'packages/core/src/audit/verify-seals.ts',
    from: `if (known && known.hash !== seal.hash) return 'is not the one that was exported';`,
    to: ``,
    test: tampering,
    named: 'I7 in SQLite > I7: no forged chain, record, ledger or seal',
  },
  {
    breaks: 'verify does not look for sealed records that are gone',
    file: 'packages/core/src/audit/verify.ts',
    from: `for (const [slot, leaf] of left) {`,
    to: `for (const [slot, leaf] of [...left].slice(0, 0)) {`,
    test: audit,
    named: 'I7: whatever is deleted, repeated, exchanged',
  },
  {
    breaks: 'a seal marks what has changed since it was read',
    file: 'packages/core/src/ledgers/memory.ts',
    from: `if (row?.revision === revision) rows.set`,
    to: `if (row) rows.set`,
    test: 'packages/core/test/ledgers/memory.test.ts',
    named: 'what was marked as sealed is unsealed again',
  },
  {
    breaks: 'a workflow that somebody else let go on',
    file: 'packages/core/src/audit/workflow-decision.ts',
    from: `JSON.stringify([state, aborting,`,
    to: `JSON.stringify([aborting,`,
    test: 'packages/core/test/audit/tampering.test.ts',
    named: 'I7 in SQLite > I7: no single edit of any field',
  },
  {
    breaks: 'a seal says that it is as young as its last page',
    file: 'packages/core/src/audit/sealing.ts',
    from: `begunAt ??= page.at;`,
    to: `begunAt = page.at;`,
    test: audit,
    named: 'take as long as they take',
  },
  {
    breaks: 'verify goes through the whole ledger in one turn',
    file: 'packages/core/src/audit/verify.ts',
    from: `      await share(lengthOf(row));
      look(row);`,
    to: `      look(row);`,
    test: turns,
    named: 'audit.verify',
  },
  {
    breaks: 'workers that go through the ledger together take no turn together',
    file: 'packages/core/src/taking-turns.ts',
    from: `    while (others !== undefined || (done > 0 && done + length > ofOneTurn)) {`,
    to: `    if (others === undefined && done > 0 && done + length > ofOneTurn) {`,
    test: turns,
    named: 'prune',
  },
  {
    breaks: 'a backlog in SQLite is sorted whole for each page',
    file: 'packages/core/src/sqlite/listing.ts',
    from: `const many = due && `,
    to: `const many = limit < 0 && `,
    test: walking,
    named: 'a backlog in SQLite > of thousands that are due',
  },
  {
    breaks: 'large records of SQLite are read as many as are asked for',
    file: 'packages/core/src/attention.ts',
    from: `length + lengthOf(row) > textLimit`,
    to: `length + lengthOf(row) > 1_000 * textLimit`,
    test: walking,
    named: 'large records in SQLite',
  },
  {
    breaks: 'a page of what is due in Redis ends with what it has read so far',
    file: 'packages/core/src/redis/listing.ts',
    from: `kept.at(-1)?.slot : upTo;`,
    to: `kept.at(-1)?.slot : undefined;`,
    test: walking,
    named: 'a backlog in Redis > of thousands that are due',
  },
];
