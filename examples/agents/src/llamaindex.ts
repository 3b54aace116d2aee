/** The refund desk on LlamaIndex.TS: a model that calls tools until it has nothing more to call. */
import type { ChatMessage } from '@llamaindex/core/llms';
import { extractText } from '@llamaindex/core/utils';
import { llamaIndexTools } from '@oncely/agents/llamaindex';

import type { Desk, Ticket } from './desk.ts';
import { mockLlm } from './models/llamaindex.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  const llm = mockLlm();
  const messages: ChatMessage[] = [{ role: 'user', content: ticket.text }];
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    for (;;) {
      const { newMessages, toolCalls } = await llm.exec({ messages, tools: llamaIndexTools(tools) });
      messages.push(...newMessages);
      if (toolCalls.length === 0) return extractText(newMessages.at(-1)?.content ?? '');
    }
  });
}
