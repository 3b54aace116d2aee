/** The refund desk on the official `@anthropic-ai/sdk`. */
import { anthropicTools } from '@oncely/agents/anthropic';

import type { Desk, Ticket } from './desk.ts';
import { mockClient } from './models/anthropic.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const { content } = await mockClient().beta.messages.toolRunner({
      model: 'mock',
      max_tokens: 1_000,
      messages: [{ role: 'user', content: ticket.text }],
      tools: anthropicTools(tools),
    });
    return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  });
}
