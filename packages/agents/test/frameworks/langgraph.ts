import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import {
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  type BaseCheckpointSaver,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { langChainTools } from '@oncely/agents/langchain';

import type { Tool } from '@oncely/core/tools';

import type { Desk, Framework, Saved, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

type Tools = ReturnType<typeof langChainTools>;

function graphOf(tools: Tools, name: string, script: Script, checkpointer?: BaseCheckpointSaver) {
  const left = [...script];
  const model = async (): Promise<{ messages: BaseMessage[] }> => {
    const calls = left.shift() ?? [];
    const tool_calls = calls.map(({ id, input }) => ({ id, name, args: input, type: 'tool_call' as const }));
    return { messages: [new AIMessage({ content: calls.length > 0 ? '' : 'Done.', tool_calls })] };
  };
  const next = ({ messages }: typeof MessagesAnnotation.State): 'tools' | typeof END =>
    ((messages.at(-1) as AIMessage).tool_calls?.length ?? 0) > 0 ? 'tools' : END;
  return new StateGraph(MessagesAnnotation)
    .addNode('model', model)
    .addNode('tools', new ToolNode(tools as never))
    .addEdge(START, 'model')
    .addConditionalEdges('model', next)
    .addEdge('tools', 'model')
    .compile(checkpointer ? { checkpointer } : {});
}

const question = { messages: [new HumanMessage('Refund 5.00 usd of ch_1.')] };
const thread = { configurable: { thread_id: 'ticket_7' } };

function toolsOf({ tool, effects }: Desk): Tools {
  const build: Parameters<typeof langChainTools>[0] = (run, fields) => langChainTool(run, fields);
  if (effects) {
    return langChainTools(build, [tool], { approvals: { effects, approver: () => ({ by: 'ann' }), interrupt } });
  }
  const guarded: Tool = {
    ...tool,
    execute: async (input, context) => {
      interrupt('Refund this?');
      return tool.execute(input, context);
    },
  };
  return langChainTools(build, [guarded]);
}

/** LangGraph's own checkpointer, whose every write is kept. */
class KeptSaver extends MemorySaver {
  readonly keep: (state: unknown) => void;
  constructor(state: Pick<MemorySaver, 'storage' | 'writes'>, keep: (state: unknown) => void) {
    super();
    this.storage = state.storage;
    this.writes = state.writes;
    this.keep = keep;
  }
  override async put(...args: Parameters<MemorySaver['put']>): ReturnType<MemorySaver['put']> {
    const put = await super.put(...args);
    this.keep({ storage: this.storage, writes: this.writes });
    return put;
  }
  override async putWrites(...args: Parameters<MemorySaver['putWrites']>): Promise<void> {
    await super.putWrites(...args);
    this.keep({ storage: this.storage, writes: this.writes });
  }
}

const saved: Saved = {
  begin: async (desk, script) => {
    const saver = new KeptSaver({ storage: {}, writes: {} }, () => undefined);
    await graphOf(toolsOf(desk), desk.tool.name, script, saver).invoke(question, thread);
    return { storage: saver.storage, writes: saver.writes };
  },
  resume: (desk, state, answer, keep = () => undefined) => {
    const saver = new KeptSaver(state as MemorySaver, keep);
    const graph = graphOf(toolsOf(desk), desk.tool.name, [], saver);
    return graph.invoke(new Command({ resume: answer ?? {} }), thread);
  },
};

export const langGraph: Framework = {
  name: 'LangGraph with ToolNode',
  packages: [versionOf('@langchain/core'), versionOf('@langchain/langgraph')],
  saved,
  run: (tool, script) => {
    const tools = langChainTools((run, fields) => langChainTool(run, fields), [tool]);
    return graphOf(tools, tool.name, script).invoke(question);
  },
};
