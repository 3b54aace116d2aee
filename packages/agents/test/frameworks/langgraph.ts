import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { langChainTools } from '@oncely/agents/langchain';

import type { Framework } from '../desk.ts';
import { versionOf } from './versions.ts';

export const langGraph: Framework = {
  name: 'LangGraph with ToolNode',
  packages: [versionOf('@langchain/core'), versionOf('@langchain/langgraph')],
  run: (tool, script) => {
    const left = [...script];
    const model = async (): Promise<{ messages: BaseMessage[] }> => {
      const calls = left.shift() ?? [];
      const tool_calls = calls.map(({ id, input }) => ({
        id,
        name: tool.name,
        args: input,
        type: 'tool_call' as const,
      }));
      return { messages: [new AIMessage({ content: calls.length > 0 ? '' : 'Done.', tool_calls })] };
    };
    const tools = new ToolNode(langChainTools((run, fields) => langChainTool(run, fields), [tool]));
    const next = ({ messages }: typeof MessagesAnnotation.State): 'tools' | typeof END =>
      ((messages.at(-1) as AIMessage).tool_calls?.length ?? 0) > 0 ? 'tools' : END;
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('model', model)
      .addNode('tools', tools)
      .addEdge(START, 'model')
      .addConditionalEdges('model', next)
      .addEdge('tools', 'model')
      .compile();
    return graph.invoke({ messages: [new HumanMessage('Refund 5.00 usd of ch_1.')] });
  },
};
