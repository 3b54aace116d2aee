/**
 * Tools for the Vercel AI SDK.
 * @module
 */
import type { Tool, ToolResult } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import { strictSchema, type StrictSchema } from './strict-schema.ts';

/** What the AI SDK gives to a tool's `execute`. */
export interface AiSdkCall {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal | undefined;
}

/** A tool as `generateText({ tools })` takes it. */
export interface AiSdkTool {
  readonly title: string;
  readonly description: string;
  readonly inputSchema: StrictSchema<unknown>;
  readonly outputSchema: StrictSchema<ToolResult>;
  readonly execute: (input: unknown, call: AiSdkCall) => Promise<ToolResult>;
}

/**
 * The tools by name, for `generateText`, `streamText` and agents. Run with ai 7.
 * @example
 * await oncely.scope({ businessId: ticket, workflowId: 'refund-desk' }, () =>
 *   generateText({ model, prompt, tools: aiSdkTools(tools), stopWhen: isStepCount(10) }));
 */
export function aiSdkTools(
  tools: readonly Tool[],
  options: ConvertOptions<AiSdkCall> = {},
): Readonly<Record<string, AiSdkTool>> {
  const convert = (tool: Tool): AiSdkTool => ({
    title: tool.title,
    description: tool.description,
    inputSchema: strictSchema(tool.inputSchema),
    outputSchema: strictSchema(tool.outputSchema),
    execute: (input, call) => {
      const context = contextOf('ai-sdk', { toolCallId: call.toolCallId, signal: call.abortSignal });
      return callTool(tool, input, context, call, options);
    },
  });
  return Object.fromEntries(tools.map((tool) => [tool.name, convert(tool)]));
}
