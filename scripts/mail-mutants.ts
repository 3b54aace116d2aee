import type { Mutant } from './mutant.ts';

const modes = 'packages/email/test/modes.test.ts';
const probing = 'packages/email/test/probing.test.ts';
const providers = 'packages/email/test/providers.test.ts';
const contents = 'packages/email/test/contents.test.ts';
const defaults = 'packages/email/test/defaults.test.ts';

/** What each part of the e-mail adapter is for, broken. */
export const mailMutants: readonly Mutant[] = [
  {
    breaks: 'mail: doubt behind the first byte taken for a no',
    file: 'packages/email/src/classify.ts',
    from: `  if (begun) return { evidence: 'unknown', reason, cause: error };`,
    to: ``,
    test: modes,
    named: 'closed behind the dot: unknown',
  },
  {
    breaks: 'mail: a no behind the dot taken for doubt',
    file: 'packages/email/src/classify.ts',
    from: `  if (smtp && responseCode !== undefined && (`,
    to: `  if (begun) return { evidence: 'unknown', reason, cause: error };\n  if (smtp && responseCode !== undefined && (`,
    test: modes,
    named: 'refused behind the dot',
  },
  {
    breaks: 'mail: not found in a mailbox taken for proof',
    file: 'packages/email/src/probe.ts',
    from: `if (own.absenceIsProof === true) return`,
    to: `return`,
    test: probing,
    named: 'that does not find it proves nothing',
  },
  {
    breaks: 'mail: a chosen resend without a look',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `        if (record.safety.findable === true && !record.halt) return { kind: 'probe' };\n`,
    to: ``,
    test: probing,
    named: 'with a look-up that finds it sends nothing',
  },
  {
    breaks: 'mail: resent through a server that does not know the key',
    file: 'packages/email/src/delivery.ts',
    from: `if (request.keyed && request.keyed.header !== provider?.header) return`,
    to: `if (request.keyed && provider && request.keyed.header !== provider.header) return`,
    test: providers,
    named: 'is not resent through a server that does not know the key',
  },
  {
    breaks: 'mail: a key of the first generation for the second',
    file: 'packages/email/src/request.ts',
    from: `header: provider.header, key: keys.key }`,
    to: `header: provider.header, key: keys.marker }`,
    test: providers,
    named: 'has another key',
  },
  {
    breaks: 'mail: defaults not fingerprinted',
    file: 'packages/email/src/adapter.ts',
    from: `readCall(withDefaults(data, client), reading)`,
    to: `readCall(data, reading)`,
    test: defaults,
    named: 'are substance',
  },
  {
    breaks: 'mail: another process’s defaults added to a stored mail',
    file: 'packages/email/src/delivery.ts',
    from: `closedToDefaults(content, transporter)`,
    to: `({ ...content })`,
    test: defaults,
    named: 'of another process add nothing',
  },
  {
    breaks: 'mail: a changed file resent',
    file: 'packages/email/src/outside.ts',
    from: `  if (found.sha256 !== content.sha256) throw changed(path);\n`,
    to: ``,
    test: contents,
    named: 'while a doubt is open',
  },
  {
    breaks: 'mail: a resend without the provider’s key',
    file: 'packages/email/src/request.ts',
    from: `  if (keyed) data['headers'] = withHeader(data['headers'], keyed.header, keyed.key);\n`,
    to: ``,
    test: 'packages/testing/test/crash/wide-email.test.ts',
    named: 'killed at answer_lost',
  },
  {
    breaks: 'mail: Amazon’s retries left on',
    file: 'packages/email/src/ses.ts',
    from: `if (first && ofAnEffect.getStore() === true) throw first.failure;`,
    to: ``,
    test: 'packages/email/test/ses.test.ts',
    named: 'under the ledger it sends once',
  },
  {
    breaks: 'mail: an id of the caller’s found as a part of another one',
    file: 'packages/email/src/imap.ts',
    from: `messageId === undefined || messageId.startsWith(`,
    to: `true || messageId.startsWith(`,
    test: probing,
    named: 'looks into the mailbox marked as Sent',
  },
  {
    breaks: 'mail: an id asked for otherwise than it was sent',
    file: 'packages/email/src/request.ts',
    from: "if (bare !== '') return `<${bare}>`;",
    to: `if (bare !== '') return bare;`,
    test: probing,
    named: 'is asked for an id that the caller gave',
  },
];
