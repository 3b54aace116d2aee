import Anthropic from '@anthropic-ai/sdk';
import { anthropicTools } from '@oncely/agents/anthropic';

import type { Framework } from '../desk.ts';
import { versionOf } from './versions.ts';

export const anthropic: Framework = {
  name: 'Anthropic, toolRunner',
  packages: [versionOf('@anthropic-ai/sdk')],
  run: async (tool, script) => {
    const left = [...script];
    const fetch = async (): Promise<Response> => {
      const calls = left.shift();
      const content = calls?.map(({ id, input }) => ({ type: 'tool_use', id, name: tool.name, input })) ?? [
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
    const client = new Anthropic({ apiKey: 'mock', fetch, maxRetries: 0 });
    return client.beta.messages.toolRunner({
      model: 'mock',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Refund 5.00 usd of ch_1.' }],
      tools: anthropicTools([tool]),
    });
  },
};
