import { MockLanguageModelV4 } from 'ai/test';

import { think } from './think.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

export function mockModel(): MockLanguageModelV4 {
  return new MockLanguageModelV4({
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
}
