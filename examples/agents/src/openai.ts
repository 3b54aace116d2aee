/** The refund desk on the official `openai` client. */
import { openAiTools } from '@oncely/agents/openai';

import type { Desk, Ticket } from './desk.ts';
import { mockClient } from './models/openai.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const runner = mockClient().chat.completions.runTools({
      model: 'mock',
      messages: [{ role: 'user', content: ticket.text }],
      tools: openAiTools(tools),
    });
    return (await runner.finalContent()) ?? '';
  });
}
