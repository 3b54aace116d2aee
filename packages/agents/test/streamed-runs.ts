import Anthropic from '@anthropic-ai/sdk';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { Agent as MastraAgent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { aiSdkTools } from '@oncely/agents/ai-sdk';
import { anthropicTools } from '@oncely/agents/anthropic';
import { genkitTools } from '@oncely/agents/genkit';
import { langChainTools } from '@oncely/agents/langchain';
import { mastraTools } from '@oncely/agents/mastra';
import { openAiTools } from '@oncely/agents/openai';
import { openAiAgentsTools } from '@oncely/agents/openai-agents';
import type { Tool } from '@oncely/core/tools';
import { Agent, Runner, Usage, tool as openAiTool, type Model } from '@openai/agents';
import { isStepCount, streamText } from 'ai';
import { MockLanguageModelV3, MockLanguageModelV4 } from 'ai/test';
import { genkit as createGenkit } from 'genkit/beta';
import OpenAI from 'openai';

import { toolName } from './desk.ts';

// A streamed run in each framework: a mock model calls the tool once, and then says that it is done.

const input = { payment: 'ch_1', amount: 500, currency: 'usd', reason: null, occurrence: null };
const prompt = 'Refund 5.00 usd of ch_1.';

/** One of the two answers of a mock model: a call of the tool, and then a text. */
function turns<T>(call: () => T, done: () => T): () => T {
  let turn = 0;
  return () => (turn++ === 0 ? call() : done());
}

function streamOf<T>(chunks: readonly T[]): ReadableStream<T> {
  return new ReadableStream<T>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

function eventStream(events: readonly object[], named: boolean): Response {
  const text = events.map((event) => {
    const name = named ? `event: ${(event as { type: string }).type}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return new Response(`${text.join('')}${named ? '' : 'data: [DONE]\n\n'}`, {
    headers: { 'content-type': 'text/event-stream' },
  });
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const finish = (unified: 'tool-calls' | 'stop') => ({
  type: 'finish' as const,
  finishReason: { unified, raw: undefined },
  usage,
});
const aiTurn = () =>
  turns(
    () =>
      streamOf([
        { type: 'stream-start' as const, warnings: [] },
        { type: 'tool-call' as const, toolCallId: 'call_1', toolName, input: JSON.stringify(input) },
        finish('tool-calls'),
      ]),
    () =>
      streamOf([
        { type: 'stream-start' as const, warnings: [] },
        { type: 'text-start' as const, id: '1' },
        { type: 'text-delta' as const, id: '1', delta: 'Done.' },
        { type: 'text-end' as const, id: '1' },
        finish('stop'),
      ]) as never,
  );

export const aiSdk = (tool: Tool) => {
  const next = aiTurn();
  return streamText({
    model: new MockLanguageModelV4({ doStream: async () => ({ stream: next() }) }),
    prompt,
    tools: aiSdkTools([tool]),
    stopWhen: isStepCount(10),
    maxRetries: 0,
  });
};

export const openAiAgents = (tool: Tool) => {
  const next = turns(
    () => [
      {
        type: 'function_call' as const,
        callId: 'call_1',
        name: toolName,
        arguments: JSON.stringify(input),
        status: 'completed' as const,
      },
    ],
    () =>
      [
        {
          type: 'message' as const,
          role: 'assistant' as const,
          status: 'completed' as const,
          content: [{ type: 'output_text' as const, text: 'Done.' }],
        },
      ] as never,
  );
  const model: Model = {
    getResponse: async () => ({ usage: new Usage(), output: next() }),
    getStreamedResponse: async function* () {
      yield {
        type: 'response_done',
        response: { id: 'r', usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, output: next() },
      } as never;
    },
  };
  const agent = new Agent({
    name: 'Desk',
    model,
    tools: openAiAgentsTools((definition) => openAiTool(definition as never), [tool]),
  });
  return new Runner({ tracingDisabled: true }).run(agent, prompt, { stream: true });
};

export const langGraph = (tool: Tool) => {
  const next = turns(
    () =>
      new AIMessage({ content: '', tool_calls: [{ id: 'call_1', name: toolName, args: input, type: 'tool_call' }] }),
    () => new AIMessage('Done.'),
  );
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async () => ({ messages: [next()] }))
    .addNode('tools', new ToolNode(langChainTools((run, fields) => langChainTool(run, fields), [tool]) as never))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) =>
      ((messages.at(-1) as AIMessage).tool_calls?.length ?? 0) > 0 ? 'tools' : END,
    )
    .addEdge('tools', 'model')
    .compile();
};
export const question = { messages: [new HumanMessage(prompt)] };

export const mastra = (tool: Tool) => {
  const next = aiTurn();
  return new MastraAgent({
    id: 'desk',
    name: 'Desk',
    instructions: 'You refund.',
    model: new MockLanguageModelV3({ doStream: async () => ({ stream: next() as never }) }) as never,
    tools: mastraTools((definition) => createTool(definition as never), [tool]) as never,
  }).stream(prompt, { maxSteps: 10 });
};

export const genkit = (tool: Tool) => {
  const ai = createGenkit({});
  const next = turns<object>(
    () => ({ toolRequest: { name: toolName, ref: 'call_1', input } }),
    () => ({ text: 'Done.' }),
  );
  ai.defineModel({ name: 'mock', supports: { tools: true } }, async (_request, send) => {
    const content = [next()];
    send?.({ content } as never);
    return { message: { role: 'model', content }, finishReason: 'stop' } as never;
  });
  const tools = genkitTools((definition, run) => ai.defineTool(definition, run as never), [tool]);
  return ai.generateStream({ model: 'mock', prompt, tools });
};

export const openAi = (tool: Tool) => {
  const chunk = (delta: object, finish_reason: string): object => ({
    id: 'c_1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'mock',
    choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason }],
  });
  const call = {
    index: 0,
    id: 'call_1',
    type: 'function',
    function: { name: toolName, arguments: JSON.stringify(input) },
  };
  const next = turns(
    () => eventStream([chunk({ content: null, tool_calls: [call] }, 'tool_calls')], false),
    () => eventStream([chunk({ content: 'Done.' }, 'stop')], false),
  );
  return new OpenAI({ apiKey: 'mock', fetch: async () => next(), maxRetries: 0 }).chat.completions.runTools({
    model: 'mock',
    stream: true,
    messages: [{ role: 'user', content: prompt }],
    tools: openAiTools([tool]),
  });
};

export const anthropic = (tool: Tool) => {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'mock',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const answer = (block: object, delta: object, stop_reason: string): Response =>
    eventStream(
      [
        { type: 'message_start', message },
        { type: 'content_block_start', index: 0, content_block: block },
        { type: 'content_block_delta', index: 0, delta },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } },
        { type: 'message_stop' },
      ],
      true,
    );
  const next = turns(
    () =>
      answer(
        { type: 'tool_use', id: 'call_1', name: toolName, input: {} },
        { type: 'input_json_delta', partial_json: JSON.stringify(input) },
        'tool_use',
      ),
    () => answer({ type: 'text', text: '' }, { type: 'text_delta', text: 'Done.' }, 'end_turn'),
  );
  const client = new Anthropic({ apiKey: 'mock', fetch: async () => next(), maxRetries: 0 });
  return client.beta.messages.toolRunner({
    model: 'mock',
    max_tokens: 100,
    stream: true,
    messages: [{ role: 'user', content: prompt }],
    tools: anthropicTools([tool]),
  });
};
