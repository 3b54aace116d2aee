import type { Mutant } from './mutant.ts';

const approvals = 'packages/agents/test/approvals.test.ts';
const native = 'packages/agents/test/native-approvals.test.ts';
const several = 'packages/agents/test/several-approvals.test.ts';

/** What the converters promise of approvals, broken one at a time. */
export const agentsMutants: readonly Mutant[] = [
  {
    breaks: 'agents: what a run goes on with chooses the effect that is approved',
    file: 'packages/agents/src/approvals.ts',
    from: `if (answer.effect !== result.effect || answer.fingerprint !== result.approval) {`,
    to: `if (answer.effect === '') {`,
    test: approvals,
    named: 'names another effect approves nothing',
  },
  {
    breaks: 'agents: a run goes on in another case than it was asked in',
    file: 'packages/agents/src/approvals.ts',
    from: `if (isQuestion(asked)) {`,
    to: `if (isQuestion(asked) && asked.effect === '') {`,
    test: approvals,
    named: 'goes on in another tenant sends nothing',
  },
  {
    breaks: 'agents: a no to something that was never shown',
    file: 'packages/agents/src/approvals.ts',
    from: `if (approval?.fingerprint !== fingerprint) {`,
    to: `if (approval === undefined) {`,
    test: approvals,
    named: 'to what no longer stands there',
  },
  {
    breaks: "agents: one tenant's outcome under another's call id",
    file: 'packages/agents/src/asked-first.ts',
    from: `JSON.stringify([tenant, businessId, workflowId, call.tool`,
    to: `JSON.stringify([businessId, workflowId, call.tool`,
    test: native,
    named: 'gives no tenant what a call of another came to',
  },
  {
    breaks: 'agents: an MCP server over HTTP for anybody',
    file: 'packages/oncely/src/mcp-server.ts',
    from: `if (user === undefined) {`,
    to: `if (authenticate === undefined) {`,
    test: 'packages/oncely/test/mcp.test.ts',
    named: 'serves them over HTTP to those whom the config knows',
  },
  {
    breaks: 'LlamaIndex shows the model an error in place of what was done',
    file: 'packages/agents/src/llamaindex.ts',
    from: `withoutNulls(await callTool(`,
    to: `(await callTool(`,
    test: 'packages/agents/test/converters.test.ts',
    named: 'is JSON as LlamaIndex takes it',
  },
  {
    breaks: 'agents: an answer to another question of the graph ends a call that waits',
    file: 'packages/agents/src/approvals.ts',
    from: `byOrder && !fits(answer) && turn < mostAnswers`,
    to: `byOrder && !fits(answer) && turn < 1`,
    test: several,
    named: 'gives each call the answer that fits it',
  },
  {
    breaks: 'agents: the AI SDK goes on while a person is still asked',
    file: 'packages/agents/src/ai-sdk.ts',
    from: `if (approvals.length === 0 || approvals.some(({ state }) => state === 'open')) return [];`,
    to: `if (approvals.length === 0) return [];`,
    test: several,
    named: 'is answered only once nothing is open',
  },
  {
    breaks: 'agents: an optional field written as null is refused by the framework',
    file: 'packages/agents/src/strict-schema.ts',
    from: `const { validate } = asGiven(schema)['~standard'];`,
    to: `const { validate } = schema['~standard'];`,
    test: 'packages/agents/test/left-out.test.ts',
    named: 'takes a field that is null further down',
  },
];
