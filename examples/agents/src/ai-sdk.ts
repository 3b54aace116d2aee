/** The refund desk on the Vercel AI SDK. */
import { aiSdkTools } from '@oncely/agents/ai-sdk';
import { generateText, isStepCount } from 'ai';

import type { Desk, Ticket } from './desk.ts';
import { mockModel } from './models/ai-sdk.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const { text } = await generateText({
      model: mockModel(),
      prompt: ticket.text,
      tools: aiSdkTools(tools),
      stopWhen: isStepCount(10),
    });
    return text;
  });
}
