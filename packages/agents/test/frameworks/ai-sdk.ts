import { aiSdkTools } from '@oncely/agents/ai-sdk';
import { generateText, isStepCount } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';

import type { Framework, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

function modelOf(name: string, script: Script): MockLanguageModelV4 {
  const responses = script.map((calls) => ({
    content: calls.map(({ id, input }) => ({
      type: 'tool-call' as const,
      toolCallId: id,
      toolName: name,
      input: JSON.stringify(input),
    })),
    finishReason: { unified: 'tool-calls' as const, raw: undefined },
    usage,
    warnings: [],
  }));
  const end = {
    content: [{ type: 'text' as const, text: 'Done.' }],
    finishReason: { unified: 'stop' as const, raw: undefined },
    usage,
    warnings: [],
  };
  return new MockLanguageModelV4({ doGenerate: [...responses, end] });
}

export const aiSdk: Framework = {
  name: 'AI SDK',
  packages: [versionOf('ai')],
  run: (tool, script) =>
    generateText({
      model: modelOf(tool.name, script),
      prompt: 'Refund 5.00 usd of ch_1.',
      tools: aiSdkTools([tool]),
      stopWhen: isStepCount(10),
      maxRetries: 0,
    }),
};
