import OpenAI from 'openai';

import { think } from './think.ts';

/** The official client; its `fetch` is the mock. */
export function mockClient(): OpenAI {
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const next = think((JSON.parse(init?.body as string) as { messages: unknown }).messages);
    const message =
      next.kind === 'words'
        ? { content: next.text }
        : {
            content: null,
            tool_calls: [
              {
                id: next.id,
                type: 'function',
                function: { name: next.name, arguments: JSON.stringify(next.input) },
              },
            ],
          };
    const finish_reason = next.kind === 'words' ? 'stop' : 'tool_calls';
    const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }];
    return Response.json({ id: 'c_1', object: 'chat.completion', created: 1, model: 'mock', choices });
  };
  return new OpenAI({ apiKey: 'mock', fetch, maxRetries: 0 });
}
