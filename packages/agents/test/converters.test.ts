import { isOncelyError } from '@oncely/core';
import { strictJsonSchema, type Tool, type ToolContext, type ToolResult } from '@oncely/core/tools';
import { aiSdkTools } from '@oncely/agents/ai-sdk';
import { anthropicTools } from '@oncely/agents/anthropic';
import { llamaIndexTools } from '@oncely/agents/llamaindex';
import { langChainTools } from '@oncely/agents/langchain';
import { openAiAgentsTools } from '@oncely/agents/openai-agents';
import { openAiTools } from '@oncely/agents/openai';
import { strictProblems } from '@oncely/testing/conformance/strict-schema';
import { assertIsJSONValue } from '@llamaindex/core/utils';
import { describe, expect, it } from 'vitest';

import { startWorld, type Call } from './desk.ts';
import { frameworks } from './frameworks/all.ts';

const call: Call = {
  id: 'call_7',
  input: { payment: 'ch_1', amount: 500, currency: 'usd', reason: null, occurrence: null },
};

/** The tool, noting what it is called with. */
async function noted(run: (tool: Tool) => Promise<unknown>): Promise<{ input: unknown; context: ToolContext }[]> {
  const world = await startWorld();
  const seen: { input: unknown; context: ToolContext }[] = [];
  try {
    await world.withTool('ours', (tool) =>
      run({
        ...tool,
        execute: (input, context = {}) => {
          seen.push({ input, context });
          return tool.execute(input, context);
        },
      }),
    );
  } finally {
    await world.close();
  }
  return seen;
}

it('LlamaIndex.TS: what came of a call is JSON as LlamaIndex takes it, not an error for the model', async () => {
  const world = await startWorld();
  const [made, reads] = await world.withTool('ours', async (tool) => {
    const [converted] = llamaIndexTools([tool]);
    const [asked] = llamaIndexTools([{ ...tool, execute: () => tool.execute({ payment: 'none' }) }]);
    return [await converted?.call(call.input), await asked?.call({})];
  });
  for (const result of [made, reads]) expect(() => assertIsJSONValue(result as never)).not.toThrow();
  expect(made).toMatchObject({ status: 'succeeded', text: expect.stringContaining('re_'), output: { amount: 500 } });
  await world.close();
});

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (name, framework) => {
  it('hands on the input whole, and its own ids and signal beside it', async () => {
    const [seen] = await noted((tool) => framework.run(tool, [[call]]));
    expect(seen?.input).toMatchObject({ payment: 'ch_1', amount: 500, currency: 'usd' });
    const { framework: named, toolCallId, signal } = seen?.context ?? {};
    expect(named).toBeDefined();
    // An MCP request has an id of its own, and openai's runner, Genkit and LlamaIndex give a tool none.
    if (name.startsWith('openai,') || name === 'Genkit' || name === 'LlamaIndex.TS') expect(toolCallId).toBeUndefined();
    else if (name.startsWith('MCP')) expect(toolCallId).toMatch(/^\d+$/);
    else expect(toolCallId).toBe('call_7');
    if (name !== 'LangGraph with ToolNode') expect(signal === undefined || signal instanceof AbortSignal).toBe(true);
  });

  it('sends nothing outside of a scope', async () => {
    const world = await startWorld();
    const tool = await world.withTool('ours', async (given) => given);
    await framework.run(tool, [[call]]).catch((error: unknown) => error);
    expect(world.refunds()).toBe(0);
    await world.close();
  });
});

describe('an error that is the fault of the program', () => {
  const cases = [
    ['OpenAI Agents SDK', true],
    ['openai, runTools', true],
    ['Genkit', true],
    ['AI SDK', false],
    ['LangGraph with ToolNode', false],
    ['Anthropic, toolRunner', false],
    ['Mastra', false],
    ['LlamaIndex.TS', false],
  ] as const;
  it.each(cases)('in %s ends the run: %s', async (name, ends) => {
    const world = await startWorld();
    const tool = await world.withTool('ours', async (given) => given);
    const framework = frameworks.find((each) => each.name === name);
    const outcome = await framework?.run(tool, [[call]]).then(
      () => 'went on',
      (error: unknown) => error,
    );
    const chain = (error: unknown): unknown[] => (error instanceof Error ? [error, ...chain(error.cause)] : []);
    if (!ends) expect(outcome).toBe('went on');
    else expect(chain(outcome).some((error) => isOncelyError(error) || String(error).includes('unscoped'))).toBe(true);
    await world.close();
  });
});

describe('within', () => {
  it('opens the scope of each call from what the framework knows, for every converter', async () => {
    const seen: unknown[] = [];
    const options = {
      within: <T>(run: () => Promise<T>, native: unknown): Promise<T> => {
        seen.push(native);
        return run();
      },
    };
    const tool: Tool = { ...(await plainTool()), execute: async () => ({ status: 'succeeded' }) as ToolResult };
    await aiSdkTools([tool], options)[tool.name]?.execute({}, { toolCallId: 'a' });
    await anthropicTools([tool], options)[0]?.run({}, { toolUse: { id: 'b' } });
    await openAiTools([tool], options)[0]?.function.function({}, 'c');
    await langChainTools((run) => run, [tool], options)[0]?.({}, { toolCallId: 'd' });
    await openAiAgentsTools(({ execute }) => execute, [tool], options)[0]?.({}, 'context', {
      toolCall: { callId: 'e' },
    });
    expect(seen).toEqual([
      { toolCallId: 'a' },
      { toolUse: { id: 'b' } },
      { runner: 'c' },
      { toolCallId: 'd' },
      { toolCall: { callId: 'e' }, runContext: 'context' },
    ]);
  });
});

it('gives every framework a schema that its strict mode takes', async () => {
  const tool = await plainTool();
  const given = [
    aiSdkTools([tool])[tool.name]?.inputSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
    anthropicTools([tool])[0]?.input_schema as unknown,
    openAiTools([tool])[0]?.function.parameters as unknown,
    langChainTools((_run, fields) => fields.schema as unknown, [tool], { strict: true })[0],
    openAiAgentsTools(({ parameters }) => parameters as unknown, [tool])[0],
  ];
  for (const schema of given) {
    expect(schema).toEqual(strictJsonSchema(tool.inputSchema));
    expect(strictProblems(schema)).toEqual([]);
  }
});

async function plainTool(): Promise<Tool> {
  const world = await startWorld();
  const tool = await world.withTool('ours', async (given) => given);
  await world.close();
  return tool;
}
