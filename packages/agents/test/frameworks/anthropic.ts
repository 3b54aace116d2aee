import Anthropic from '@anthropic-ai/sdk';
import { anthropicTools } from '@oncely/agents/anthropic';
import { decideApproval } from '@oncely/agents/approvals';

import type { Framework, Saved, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

function clientOf(name: string, script: Script): Anthropic {
  const left = [...script];
  const fetch = async (): Promise<Response> => {
    const calls = left.shift();
    const content = calls?.map(({ id, input }) => ({ type: 'tool_use', id, name, input })) ?? [
      { type: 'text', text: 'Done.' },
    ];
    return Response.json({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'mock',
      content,
      stop_reason: calls ? 'tool_use' : 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    });
  };
  return new Anthropic({ apiKey: 'mock', fetch, maxRetries: 0 });
}

const asked: Anthropic.Beta.BetaMessageParam = { role: 'user', content: 'Refund 5.00 usd of ch_1.' };
const about = { model: 'mock', max_tokens: 100 } as const;

/** The messages up to the call. It has no approvals of its own: the raw program asks before it makes the call. */
const saved: Saved = {
  begin: async ({ tool, effects }, script) => {
    const client = clientOf(tool.name, script);
    const { content } = await client.beta.messages.create({ ...about, messages: [asked] });
    const messages: Anthropic.Beta.BetaMessageParam[] = [asked, { role: 'assistant', content }];
    if (effects) {
      await client.beta.messages
        .toolRunner({ ...about, messages, tools: anthropicTools([tool]) })
        .generateToolResponse();
    }
    return [asked, { role: 'assistant', content }];
  },
  resume: async ({ tool, effects }, state, answer) => {
    if (effects && answer) await decideApproval(effects, answer, { by: 'ann' });
    const messages = state as Anthropic.Beta.BetaMessageParam[];
    const runner = clientOf(tool.name, []).beta.messages.toolRunner({
      ...about,
      messages,
      tools: anthropicTools([tool]),
    });
    const made = await runner.generateToolResponse();
    if (made) runner.pushMessages(made);
    return runner;
  },
};

export const anthropic: Framework = {
  name: 'Anthropic, toolRunner',
  packages: [versionOf('@anthropic-ai/sdk')],
  saved,
  run: async (tool, script) =>
    clientOf(tool.name, script).beta.messages.toolRunner({
      ...about,
      messages: [asked],
      tools: anthropicTools([tool]),
    }),
};
