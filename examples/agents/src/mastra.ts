/** The refund desk on Mastra. */
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { mastraTools } from '@oncely/agents/mastra';

import type { Desk, Ticket } from './desk.ts';
import { mockModel } from './models/mastra.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  const desk = new Agent({
    id: 'refund-desk',
    name: 'Refund desk',
    instructions: 'You refund what the ticket asks for.',
    model: mockModel(),
    tools: mastraTools(createTool, tools),
  });
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const { text } = await desk.generate(ticket.text, { maxSteps: 10 });
    return text;
  });
}
