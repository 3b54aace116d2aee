import { Usage, type Model, type ModelResponse } from '@openai/agents';

import { think } from './think.ts';

export function mockModel(): Model {
  return {
    getResponse: async ({ input }): Promise<ModelResponse> => {
      const next = think(input);
      return {
        usage: new Usage(),
        output: [
          next.kind === 'words'
            ? {
                type: 'message',
                role: 'assistant',
                status: 'completed',
                content: [{ type: 'output_text', text: next.text }],
              }
            : {
                type: 'function_call',
                callId: next.id,
                name: next.name,
                arguments: JSON.stringify(next.input),
                status: 'completed',
              },
        ],
      };
    },
    getStreamedResponse: () => {
      throw new Error('this model does not stream');
    },
  };
}
