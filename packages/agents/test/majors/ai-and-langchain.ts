/** Played in a fresh application: one tool in the AI SDK and in LangChain, re-prompted, and approved in the AI SDK. */
import { tool as langChainTool } from '@langchain/core/tools';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { aiSdkApprovals, aiSdkResponses, aiSdkTools } from '@oncely/agents/ai-sdk';
import { decideApproval } from '@oncely/agents/approvals';
import { langChainTools } from '@oncely/agents/langchain';
import type { Tool } from '@oncely/core/tools';
import * as ai from 'ai';
import * as aiTest from 'ai/test';

import { inputOf, openMajorsDesk } from './majors-desk.ts';
import type { Counted } from './projects.ts';

// The majors differ in types and in names, so this speaks to both by what they share.
interface AnyAi {
  readonly generateText: (
    options: object,
  ) => Promise<{ readonly responseMessages?: object[]; readonly response: { readonly messages: object[] } }>;
  readonly stepCountIs?: (steps: number) => unknown;
  readonly isStepCount?: (steps: number) => unknown;
}
interface AnyMock {
  readonly MockLanguageModelV4?: new (options: object) => object;
  readonly MockLanguageModelV3?: new (options: object) => object;
}

const { generateText, isStepCount, stepCountIs } = ai as unknown as AnyAi;
const { MockLanguageModelV4, MockLanguageModelV3 } = aiTest as unknown as AnyMock;

function modelOf(tool: Tool, calls: readonly { readonly id: string; readonly input: object }[]): object {
  const Model = MockLanguageModelV4 ?? MockLanguageModelV3;
  if (!Model) throw new Error('this major of ai has no mock model that is known');
  const left = [...calls];
  return new Model({
    doGenerate: async () => {
      const call = left.shift();
      const content = call
        ? [{ type: 'tool-call', toolCallId: call.id, toolName: tool.name, input: JSON.stringify(call.input) }]
        : [{ type: 'text', text: 'Done.' }];
      return {
        content,
        finishReason: { unified: call ? 'tool-calls' : 'stop', raw: undefined },
        usage: {
          inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
          outputTokens: { total: 1, text: 1, reasoning: 0 },
        },
        warnings: [],
      };
    },
  });
}

const stopWhen = (isStepCount ?? stepCountIs)?.(10);
const asked = { role: 'user', content: 'Refund 5.00 usd.' };

/** Plays everything once. */
export async function playAiAndLangChain(): Promise<Counted> {
  const desk = await openMajorsDesk();
  const { effects } = desk.oncely;
  const reprompted = await desk.play('ch_ai', false, async (tool) => {
    for (const id of ['call_1', 'call_2']) {
      const model = modelOf(tool, [{ id, input: inputOf('ch_ai') }]);
      await generateText({ model, messages: [asked], tools: aiSdkTools([tool]), stopWhen, maxRetries: 0 });
    }
  });
  const approved = await desk.play('ch_approved', true, async (tool) => {
    const tools = aiSdkTools([tool], { approvals: 'native' });
    const model = modelOf(tool, [{ id: 'call_1', input: inputOf('ch_approved') }]);
    const first = await generateText({ model, messages: [asked], tools, stopWhen, maxRetries: 0 });
    const messages = [asked, ...(first.responseMessages ?? first.response.messages)] as {
      role: string;
      content: unknown;
    }[];
    const [waiting] = await aiSdkApprovals(effects, [tool], messages);
    if (!waiting?.question) throw new Error('nothing waits for a person');
    await decideApproval(effects, { approved: true, ...waiting.question }, { by: 'ann' });
    const answers = aiSdkResponses(await aiSdkApprovals(effects, [tool], messages));
    for (let times = 0; times < 2; times += 1) {
      const rest = [...messages, ...answers];
      await generateText({ model: modelOf(tool, []), messages: rest, tools, stopWhen, maxRetries: 0 });
    }
  });
  const inLangChain = await desk.play('ch_lc', false, async (tool) => {
    const node = new ToolNode(langChainTools((run, fields) => langChainTool(run, fields), [tool]) as never);
    for (const id of ['call_1', 'call_2']) {
      const tool_calls = [{ id, name: tool.name, args: inputOf('ch_lc'), type: 'tool_call' }];
      const { AIMessage } = await import('@langchain/core/messages');
      await node.invoke({ messages: [new AIMessage({ content: '', tool_calls } as never)] });
    }
  });
  await desk.close();
  return {
    'AI SDK, re-prompted': [reprompted, 1],
    'AI SDK, a saved approval replayed': [approved, 1],
    'LangChain, re-prompted': [inLangChain, 1],
  };
}

if (import.meta.main) console.log(JSON.stringify(await playAiAndLangChain()));
