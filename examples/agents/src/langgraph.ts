/** The refund desk on LangGraph, with its own ToolNode. */
import type { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { langChainTools } from '@oncely/agents/langchain';

import type { Desk, Ticket } from './desk.ts';
import { mockModel } from './models/langgraph.ts';

export function agent(ticket: Ticket, { oncely, tools }: Desk): Promise<string> {
  const model = mockModel();
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode(langChainTools(tool, tools)))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => ((messages.at(-1) as AIMessage).tool_calls?.length ? 'tools' : END))
    .addEdge('tools', 'model')
    .compile();
  return oncely.scope({ businessId: ticket.id, workflowId: 'refund-desk' }, async () => {
    const { messages } = await graph.invoke({ messages: [{ role: 'user', content: ticket.text }] });
    return messages.at(-1)?.text ?? '';
  });
}
