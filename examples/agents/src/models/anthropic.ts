import Anthropic from '@anthropic-ai/sdk';

import { think } from './think.ts';

/** The official client; its `fetch` is the mock. */
export function mockClient(): Anthropic {
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const next = think((JSON.parse(init?.body as string) as { messages: unknown }).messages);
    return Response.json({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'mock',
      content: [
        next.kind === 'words'
          ? { type: 'text', text: next.text }
          : { type: 'tool_use', id: next.id, name: next.name, input: next.input },
      ],
      stop_reason: next.kind === 'words' ? 'end_turn' : 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    });
  };
  return new Anthropic({ apiKey: 'mock', fetch, maxRetries: 0 });
}
