import { extractText } from '@llamaindex/core/utils';
import { ToolCallLLM, type ChatMessage, type ChatResponse } from '@llamaindex/core/llms';

import { think } from './think.ts';

class MockLlm extends ToolCallLLM {
  readonly supportToolCall = true;
  readonly metadata = {
    model: 'mock',
    temperature: 0,
    topP: 1,
    contextWindow: 1000,
    tokenizer: undefined,
    structuredOutput: false,
  };
  override chat = (async ({ messages }: { readonly messages: readonly ChatMessage[] }): Promise<ChatResponse> => {
    const next = think(messages.map(saidIn));
    if (next.kind === 'words') return { raw: null, message: { role: 'assistant', content: next.text } };
    const toolCall = [{ id: next.id, name: next.name, input: JSON.stringify(next.input) }];
    return { raw: null, message: { role: 'assistant', content: '', options: { toolCall } } };
  }) as never;
}

/** What a message says. LlamaIndex shows a result as JSON without its quotation marks, over many lines. */
function saidIn({ content, options }: ChatMessage): unknown {
  if (options === undefined || !('toolResult' in options)) return content;
  const lines = extractText(content)
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''));
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, said] = /^(status|text): (.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, said]];
    }),
  );
}

export function mockLlm(): ToolCallLLM {
  return new MockLlm();
}
