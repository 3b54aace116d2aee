/** The refund desk on Genkit. */
import { genkitTools } from '@oncely/agents/genkit';
import { genkit } from 'genkit';

import type { Desk, Ticket } from './desk.ts';
import { defineMockModel } from './models/genkit.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  const ai = genkit({});
  const model = defineMockModel(ai);
  const ours = genkitTools((definition, run) => ai.defineTool(definition, run), tools);
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const { text } = await ai.generate({ model, prompt: ticket.text, tools: ours });
    return text;
  });
}
