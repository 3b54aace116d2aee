/**
 * Tools for the OpenAI Agents SDK.
 * @module
 */
import { strictJsonSchema, type Tool, type ToolResult } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';

/** What the SDK gives to a tool's `execute`, behind the input. */
export interface OpenAiAgentsCall {
  /** The `RunContext`; its `context` is the caller's own. */
  readonly runContext?: unknown;
  readonly toolCall?: { readonly callId?: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is given to the SDK's `tool`. */
export interface OpenAiAgentsDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: NativeSchema;
  readonly strict: true;
  /** An error is the program's fault: it ends the run, where the SDK would tell the model to try again. */
  readonly errorFunction: null;
  readonly execute: (input: unknown, runContext?: unknown, details?: object) => Promise<ToolResult>;
}

/**
 * The tools for `new Agent({ tools })`, built by the SDK's own `tool`. Run with @openai/agents 0.20.
 * @example
 * import { Agent, run, tool } from '@openai/agents';
 * const agent = new Agent({ name: 'Desk', tools: openAiAgentsTools(tool, tools) });
 */
export function openAiAgentsTools<Native>(
  tool: (definition: OpenAiAgentsDefinition) => Native,
  tools: readonly Tool[],
  options: ConvertOptions<OpenAiAgentsCall> = {},
): Native[] {
  return tools.map((each) =>
    tool({
      name: each.name,
      description: each.description,
      parameters: strictJsonSchema(each.inputSchema),
      strict: true,
      errorFunction: null,
      execute: (input, runContext, details: OpenAiAgentsCall = {}) => {
        const { toolCall, signal } = details;
        const context = contextOf('openai-agents', { toolCallId: toolCall?.callId, signal });
        return callTool(each, input, context, { ...details, runContext }, options);
      },
    }),
  );
}
