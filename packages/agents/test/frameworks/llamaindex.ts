import { ToolCallLLM, type ChatMessage, type ChatResponse, type LLMMetadata } from '@llamaindex/core/llms';
import { llamaIndexTools } from '@oncely/agents/llamaindex';

import type { Framework, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

class ScriptedLlm extends ToolCallLLM {
  readonly supportToolCall = true;
  readonly metadata: LLMMetadata = {
    model: 'mock',
    temperature: 0,
    topP: 1,
    contextWindow: 1000,
    tokenizer: undefined,
    structuredOutput: false,
  };
  readonly name: string;
  readonly left: (readonly { readonly id: string; readonly input: object }[])[];
  constructor(name: string, script: Script) {
    super();
    this.name = name;
    this.left = [...script];
  }
  override chat = (async (): Promise<ChatResponse> => {
    const calls = this.left.shift();
    const toolCall = calls?.map(({ id, input }) => ({ id, name: this.name, input: JSON.stringify(input) }));
    const message = { role: 'assistant' as const, content: toolCall ? '' : 'Done.' };
    return { raw: null, message: { ...message, ...(toolCall ? { options: { toolCall } } : {}) } };
  }) as never;
}

export const llamaIndex: Framework = {
  name: 'LlamaIndex.TS',
  packages: [versionOf('@llamaindex/core')],
  run: async (tool, script) => {
    const llm = new ScriptedLlm(tool.name, script);
    const tools = llamaIndexTools([tool]);
    const messages: ChatMessage[] = [{ role: 'user', content: 'Refund 5.00 usd of ch_1.' }];
    for (;;) {
      const { newMessages, toolCalls } = await llm.exec({ messages, tools });
      messages.push(...newMessages);
      if (toolCalls.length === 0) return messages;
    }
  },
};
