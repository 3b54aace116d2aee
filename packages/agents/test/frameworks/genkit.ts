import { genkitTools } from '@oncely/agents/genkit';
import { genkit as createGenkit } from 'genkit';

import type { Framework } from '../desk.ts';
import { versionOf } from './versions.ts';

export const genkit: Framework = {
  name: 'Genkit',
  packages: [versionOf('genkit')],
  run: (tool, script) => {
    const ai = createGenkit({});
    const left = [...script];
    ai.defineModel({ name: 'mock', supports: { tools: true } }, async () => {
      const calls = left.shift();
      const content = calls?.map(({ id, input }) => ({ toolRequest: { name: tool.name, ref: id, input } })) ?? [
        { text: 'Done.' },
      ];
      return { message: { role: 'model', content }, finishReason: 'stop' };
    });
    const tools = genkitTools((definition, run) => ai.defineTool(definition, run as never), [tool]);
    return ai.generate({ model: 'mock', prompt: 'Refund 5.00 usd of ch_1.', tools });
  },
};
