/**
 * Tools for LangChain and for LangGraph's ToolNode.
 * @module
 */
import { looseJsonSchema, strictJsonSchema, type Tool } from '@oncely/core/tools';

import type { ApprovalBridge, ApprovalQuestion } from './approvals.ts';
import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import { misplacedAnswers } from './misplaced.ts';
import type { NativeSchema } from './native-schema.ts';

/** What LangChain gives to a tool behind its input. */
export interface LangChainCall {
  readonly toolCall?: { readonly id?: string } | undefined;
  readonly toolCallId?: string | undefined;
  readonly configurable?: { readonly thread_id?: unknown } | undefined;
  readonly runId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The caller's own. */
  readonly context?: unknown;
}

/** How LangChain's `tool` is told what a tool is. */
export interface LangChainFields {
  readonly name: string;
  readonly description: string;
  readonly schema: NativeSchema;
}

export interface LangChainOptions extends ConvertOptions<LangChainCall> {
  /**
   * For `bindTools(tools, { strict: true })`: a schema in which every field must be there, null where it is left out.
   * LangChain then refuses a call that leaves one out. Default: what may be left out may be absent, too.
   */
  readonly strict?: boolean;
  /**
   * Asks in the graph: LangGraph's own `interrupt`, which suspends it with an `ApprovalQuestion` and is resumed with an
   * `ApprovalAnswer`. Without it a call that waits ends as `pending_approval`.
   */
  readonly approvals?: ApprovalBridge<LangChainCall> & { readonly interrupt: (question: ApprovalQuestion) => unknown };
}

/**
 * The tools for `createAgent`, `bindTools` and `ToolNode`, built by LangChain's own `tool`; a model is given the result
 * as JSON. Run with @langchain/core 1.4 and @langchain/langgraph 1.7.
 * @example
 * import { tool } from '@langchain/core/tools';
 * const node = new ToolNode(langChainTools(tool, tools));
 */
export function langChainTools<Native>(
  tool: (run: (input: unknown, call?: object) => Promise<string>, fields: LangChainFields) => Native,
  tools: readonly Tool[],
  options: LangChainOptions = {},
): Native[] {
  const misplaced = misplacedAnswers();
  return tools.map((each) =>
    tool(
      async (input, call: LangChainCall = {}) => {
        const context = contextOf('langchain', {
          toolCallId: call.toolCall?.id ?? call.toolCallId,
          threadId: call.configurable?.thread_id,
          runId: call.runId,
          signal: call.signal,
        });
        const suspended = options.approvals && {
          ask: options.approvals.interrupt,
          byOrder: misplaced(call.configurable?.thread_id),
        };
        return JSON.stringify(await callTool(each, input, context, call, options, suspended));
      },
      {
        name: each.name,
        description: each.description,
        schema: (options.strict === true ? strictJsonSchema : looseJsonSchema)(each.inputSchema),
      },
    ),
  );
}
