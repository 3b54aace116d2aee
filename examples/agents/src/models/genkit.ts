import type { Genkit } from 'genkit';

import { think } from './think.ts';

export function defineMockModel(ai: Genkit): string {
  ai.defineModel({ name: 'mock', supports: { tools: true } }, async ({ messages }) => {
    const next = think(messages);
    const content =
      next.kind === 'words'
        ? [{ text: next.text }]
        : [{ toolRequest: { name: next.name, ref: next.id, input: next.input } }];
    return { message: { role: 'model', content }, finishReason: 'stop' };
  });
  return 'mock';
}
