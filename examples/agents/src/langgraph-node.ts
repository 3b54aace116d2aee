/** A node of LangGraph that writes by itself, without a model: the scope and the effect are in the node. */
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';

import type { Desk, Ticket } from './desk.ts';

const Case = Annotation.Root({
  ticket: Annotation<Ticket>,
  amount: Annotation<number>,
  charge: Annotation<string>,
  refund: Annotation<string>,
});

export async function agent(ticket: Ticket, { oncely, stripe }: Desk): Promise<string> {
  const graph = new StateGraph(Case)
    .addNode('read', ({ ticket: { text } }) => {
      const [, dollars, cents, charge = ''] = /(\d+)\.(\d\d) usd of (ch_\w+)/.exec(text) ?? [];
      return { amount: Number(`${dollars}${cents}`), charge };
    })
    .addNode('refunded', async ({ ticket: { id }, charge, amount }) => {
      // The ticket names the effect: LangGraph's ids of a task change across a crash.
      const { id: refund } = await oncely.scope({ businessId: id, workflowId: 'refund-desk' }, () =>
        oncely.effect('refund', () => stripe.refunds.create({ charge, amount })),
      );
      return { refund };
    })
    .addEdge(START, 'read')
    .addEdge('read', 'refunded')
    .addEdge('refunded', END)
    .compile();
  const { refund } = await graph.invoke({ ticket });
  return `Refunded (${refund}).`;
}
