/** The refund desk on the OpenAI Agents SDK. */
import { openAiAgentsTools } from '@oncely/agents/openai-agents';
import { Agent, Runner, tool } from '@openai/agents';

import type { Desk, Ticket } from './desk.ts';
import { mockModel } from './models/openai-agents.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  const desk = new Agent({
    name: 'Refund desk',
    instructions: 'You refund what the ticket asks for.',
    model: mockModel(),
    tools: openAiAgentsTools(tool, tools),
  });
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const { finalOutput } = await new Runner({ tracingDisabled: true }).run(desk, ticket.text);
    return finalOutput ?? '';
  });
}
