import type { Mutant } from './mutant.ts';

const tampering = 'packages/core/test/audit/tampering.test.ts';
const audit = 'packages/core/test/audit/audit.test.ts';

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
];
