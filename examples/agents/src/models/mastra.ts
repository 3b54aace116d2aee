import type { MastraModelConfig } from '@mastra/core/llm';
import { MockLanguageModelV3 } from 'ai/test';

import { think } from './think.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** The version of the AI SDK's models that Mastra takes. */
export function mockModel(): MastraModelConfig {
  const model = new MockLanguageModelV3({
    doGenerate: async ({ prompt }) => {
      const next = think(prompt);
      return {
        content:
          next.kind === 'words'
            ? [{ type: 'text', text: next.text }]
            : [{ type: 'tool-call', toolCallId: next.id, toolName: next.name, input: JSON.stringify(next.input) }],
        finishReason: { unified: next.kind === 'words' ? 'stop' : 'tool-calls', raw: undefined },
        usage,
        warnings: [],
      };
    },
  });
  // Mastra declares what its own wrapper of a model gives, and takes any model of the SDK.
  return model as never;
}
