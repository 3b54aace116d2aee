import { aiSdkApprovals, aiSdkResponses, aiSdkTools, type AiSdkTool } from '@oncely/agents/ai-sdk';
import { decideApproval } from '@oncely/agents/approvals';
import { generateText, isStepCount, type ModelMessage, type ToolApprovalResponse } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';

import type { Desk, Framework, Saved, Script } from '../desk.ts';
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

const asked: ModelMessage = { role: 'user', content: 'Refund 5.00 usd of ch_1.' };

function toolsOf({ tool, effects }: Desk): Record<string, AiSdkTool> {
  if (effects) return aiSdkTools([tool], { approvals: 'native' });
  const [[name, raw] = []] = Object.entries(aiSdkTools([tool]));
  return { [String(name)]: { ...(raw as AiSdkTool), needsApproval: async () => true } };
}

/** The messages are all that there is of a run. */
const saved: Saved = {
  begin: async (desk, script) => {
    const { responseMessages } = await generateText({
      model: modelOf(desk.tool.name, script),
      messages: [asked],
      tools: toolsOf(desk),
      maxRetries: 0,
    });
    return [asked, ...responseMessages];
  },
  resume: async (desk, state, answer) => {
    const messages = state as ModelMessage[];
    const { tool, effects } = desk;
    if (effects && answer) await decideApproval(effects, answer, { by: 'ann' });
    const requests = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as { type: string }[]) : []));
    const request = requests.find(({ type }) => type === 'tool-approval-request') as ToolApprovalResponse;
    const responses: ModelMessage[] = effects
      ? aiSdkResponses(await aiSdkApprovals(effects, [tool], messages))
      : [
          {
            role: 'tool',
            content: [{ type: 'tool-approval-response', approvalId: request.approvalId, approved: true }],
          },
        ];
    // Nobody has decided: there is nothing to go on with.
    if (responses.length === 0) return undefined;
    return generateText({
      model: modelOf(tool.name, []),
      messages: [...messages, ...responses],
      tools: toolsOf(desk),
      stopWhen: isStepCount(10),
      maxRetries: 0,
    });
  },
};

export const aiSdk: Framework = {
  name: 'AI SDK',
  packages: [versionOf('ai')],
  saved,
  run: (tool, script) =>
    generateText({
      model: modelOf(tool.name, script),
      prompt: 'Refund 5.00 usd of ch_1.',
      tools: aiSdkTools([tool]),
      stopWhen: isStepCount(10),
      maxRetries: 0,
    }),
};
