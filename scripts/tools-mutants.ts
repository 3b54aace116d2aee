import type { Mutant } from './mutant.ts';

const refunds = 'packages/stripe/test/tools/refunds.test.ts';
const effectTool = 'packages/core/test/tools/effect-tool.test.ts';

/** What the tools promise, broken one at a time. */
export const toolsMutants: readonly Mutant[] = [
  {
    breaks: "tools: the framework's call id in the effect's id",
    file: 'packages/core/src/tools/effect-tool.ts',
    from: `effectIdOf(definition.effect ?? name, definition.identity(input.value, ids))`,
    to: `effectIdOf((definition.effect ?? name) + (context.toolCallId ?? ''), definition.identity(input.value, ids))`,
    test: refunds,
    named: 'happens once, whatever a re-prompted model mints',
  },
  {
    breaks: 'tools: a further occurrence sent while the one before it is in doubt',
    file: 'packages/core/src/telling.ts',
    from: `if (state === 'succeeded' || state === 'compensated') return;`,
    to: `if (state === 'succeeded' || state === 'in_doubt') return;`,
    test: effectTool,
    named: 'lets no further occurrence pass it',
  },
  {
    breaks: 'tools: the occurrence not bounded by the policy',
    file: 'packages/core/src/tools/effect-tool.ts',
    from: `!(occurrence >= 1 && occurrence <= maxOccurrence)`,
    to: `!(occurrence >= 1)`,
    test: effectTool,
    named: 'never does the same twice unless its policy says so',
  },
  {
    breaks: 'tools: the whole and a part of a refund as two effects',
    file: 'packages/stripe/src/tools/refunds.ts',
    from: `    effect: 'stripe_refund',\n`,
    to: ``,
    test: refunds,
    named: 'does not come on top by the way of the whole',
  },
  {
    breaks: 'an adapter from a table that believes a gateway',
    file: 'packages/core/src/http/verdict.ts',
    from: `if (!isOwn) return`,
    to: `if (status >= 600 && !isOwn) return`,
    test: 'packages/testing/test/tracker/table.test.ts',
    named: 'tracker.createIssue > an answer that is lost after the effect .gateway_429. leaves one effect',
  },
  {
    breaks: 'tools: what a schema made of an input is emptied',
    file: 'packages/core/src/tools/json.ts',
    from: `return typeof value === 'object' && value !== null && !Array.isArray(value) && isPlainObject(value);`,
    to: `return typeof value === 'object' && value !== null && !Array.isArray(value);`,
    test: 'packages/core/test/tools/tool-input.test.ts',
    named: 'that its schema made a Date of is one',
  },
  {
    breaks: 'tools: an input that is changed after the call',
    file: 'packages/core/src/tools/effect-tool.ts',
    from: `const given = ownCopy(raw);`,
    to: `const given = raw;`,
    test: 'packages/core/test/tools/tool-input.test.ts',
    named: 'that is changed after the call is the one that was judged',
  },
  {
    breaks: 'tools: an occurrence without its bounds in the schema',
    file: 'packages/stripe/src/tools/fields.ts',
    from: `z.number().int().min(1).max(most)`,
    to: `z.number().int()`,
    test: 'packages/stripe/test/tools/conformance.test.ts',
    named: 'fits every framework',
  },
  {
    breaks: 'tools: a worker is told to call again for what a person must find out',
    file: 'packages/core/src/tools/outcome.ts',
    from: `if (told?.state === 'stopped' || error?.code === 'stopped') {`,
    to: `if (told?.state === 'ready') {`,
    test: 'packages/core/test/tools/outcome-of.test.ts',
    named: 'is told that a person must find out',
  },
];
