import { openAiTools } from '@oncely/agents/openai';
import OpenAI from 'openai';

import type { Framework } from '../desk.ts';
import { versionOf } from './versions.ts';

export const openAi: Framework = {
  name: 'openai, runTools',
  packages: [versionOf('openai')],
  run: async (tool, script) => {
    const left = [...script];
    const fetch = async (): Promise<Response> => {
      const calls = left.shift();
      const tool_calls = calls?.map(({ id, input }) => ({
        id,
        type: 'function',
        function: { name: tool.name, arguments: JSON.stringify(input) },
      }));
      const message = { role: 'assistant', content: calls ? null : 'Done.', ...(tool_calls ? { tool_calls } : {}) };
      const choice = { index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop' };
      return Response.json({ id: 'c_1', object: 'chat.completion', created: 1, model: 'mock', choices: [choice] });
    };
    const client = new OpenAI({ apiKey: 'mock', fetch, maxRetries: 0 });
    const runner = client.chat.completions.runTools({
      model: 'mock',
      messages: [{ role: 'user', content: 'Refund 5.00 usd of ch_1.' }],
      tools: openAiTools([tool]),
    });
    return runner.finalContent();
  },
};
