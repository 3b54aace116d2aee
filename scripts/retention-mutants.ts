import type { Mutant } from './mutant.ts';

const retain = 'packages/core/test/lifecycle/retain.test.ts';
const prune = 'packages/core/test/oncely/prune.test.ts';
const keeping = 'packages/core/test/oncely/keeping.test.ts';
const codec = 'packages/core/test/aes-codec.test.ts';

/** What retention and the codec promise. */
export const retentionMutants: readonly Mutant[] = [
  {
    breaks: 'prune drops the result of an effect beside which a look for two is due',
    file: 'packages/core/src/lifecycle/retain.ts',
    from: `  if (record.verifyAt !== undefined) return false;\n`,
    to: ``,
    test: retain,
    named: 'waits for the look for two',
  },
  {
    breaks: 'prune takes an effect in doubt for settled',
    file: 'packages/core/src/lifecycle/retain.ts',
    from: `    case 'in_doubt':\n    case 'stopped':\n    case 'compensating':\n      return false;`,
    to: `    case 'compensating':\n      return false;\n    case 'in_doubt':\n    case 'stopped':\n      return true;`,
    test: retain,
    named: 'touches nothing that is open',
  },
  {
    breaks: 'tombstones deleted without a word of duplicates',
    file: 'packages/core/src/prune.ts',
    from: `if (options.acceptDuplicates !== true) {`,
    to: `if (options.acceptDuplicates === undefined && olderThanMs < 0) {`,
    test: prune,
    named: 'deletes tombstones only when told of the duplicates',
  },
  {
    breaks: 'a record that begins anew writes over the chain of its slot',
    file: 'packages/core/src/rechain.ts',
    from: `    return ledger.write(behind(command, last));`,
    to: `    throw error;`,
    test: prune,
    named: 'deletes tombstones only when told of the duplicates',
  },
  {
    breaks: 'the request kept under zero retention',
    file: 'packages/core/src/payload.ts',
    from: `  if (!keeping.request) return { kind: 'omitted', reason: 'policy' };\n`,
    to: ``,
    test: keeping,
    named: 'leaves what is in doubt to its own caller',
  },
  {
    breaks: 'recovery without the request stops what its own caller could look up',
    file: 'packages/core/src/probing.ts',
    from: `return request?.kind === 'omitted' && request.reason === 'policy';`,
    to: `return request === undefined;`,
    test: keeping,
    named: 'stops nothing, says who can',
  },
  {
    breaks: 'a sealed text not bound to its record',
    file: 'packages/core/src/aes-codec.ts',
    from: `JSON.stringify([format, keyId, kind, slot])`,
    to: `JSON.stringify([format, keyId, kind, slot.length])`,
    test: codec,
    named: 'binds a text to its record and its use',
  },
  {
    breaks: 'settled effects put where recovery looks for work',
    file: 'packages/core/src/shelves.ts',
    from: `expiry: 1e15,`,
    to: `expiry: 0,`,
    test: 'packages/core/test/ledgers/memory.test.ts',
    named: 'is no work that is due',
  },
  {
    breaks: 'sealing anew that the audit is not told of',
    file: 'packages/core/src/reseal.ts',
    from: `[retentionBody('reseal')]`,
    to: `[]`,
    test: 'packages/core/test/oncely/parts-together.test.ts',
    named: 'is sealed anew whole, so that the old key can go',
  },
  {
    breaks: 'a preview that stays under the old key',
    file: 'packages/core/src/reseal.ts',
    from: `...(record.approval && preview ?`,
    to: `...(record.approval && preview && false ?`,
    test: 'packages/core/test/oncely/parts-together.test.ts',
    named: 'is sealed anew whole, so that the old key can go',
  },
  {
    breaks: 'a record that is gone without a word in the audit',
    file: 'packages/core/src/audit/verify.ts',
    from: `if (last && isDeletion(last)) {`,
    to: `if (last) {`,
    test: 'packages/core/test/audit/audit.test.ts',
    named: 'names a record that is gone though no event says that it goes',
  },
  {
    breaks: 'a deletion that was told and is never carried out',
    file: 'packages/core/src/prune.ts',
    from: `if (last && isDeletion(last)) {`,
    to: `if (last && isDeletion(last) && dryRun) {`,
    test: 'packages/core/test/oncely/prune-killed.test.ts',
    named: 'killed before or after any of its writes',
  },
  {
    breaks: 'a sweep of HubSpot that takes an archived object for there',
    file: 'packages/hubspot/src/look-at-objects.ts',
    from: `  return (await readLive(read, type, [id], [])).size > 0;`,
    to: `  return (await readLive(read, type, [id], [], undefined, true)).size > 0;`,
    test: 'packages/hubspot/test/sweep.test.ts',
    named: 'what is archived since',
  },
  {
    breaks: 'a sweep that asks for a mail by our marker, though it has an id of its own',
    file: 'packages/email/src/probe.ts',
    from: `target.vendorId ?? (request`,
    to: `(request`,
    test: 'packages/email/test/probing.test.ts',
    named: 'asks by the recorded Message-ID',
  },
];
