/**
 * Tools for Mastra.
 * @module
 */
import type { Tool, ToolResult } from '@oncely/core/tools';

import { callTool, contextOf, type AskingOptions } from './call-tool.ts';
import { strictSchema, type StrictSchema } from './strict-schema.ts';

/** What Mastra gives to a tool's `execute`, behind the input. */
export interface MastraCall {
  readonly runId?: string | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly agent?:
    | {
        readonly toolCallId?: string;
        readonly threadId?: string | undefined;
        readonly suspend?: ((payload: object) => unknown) | undefined;
        readonly suspendPayload?: unknown;
        readonly resumeData?: unknown;
      }
    | undefined;
  /** A value given at resume time overrides what the run began with: take no tenant from it unchecked. */
  readonly requestContext?: unknown;
}

/** What is given to Mastra's `createTool`. */
export interface MastraDefinition {
  readonly id: string;
  readonly description: string;
  readonly inputSchema: StrictSchema<unknown>;
  readonly outputSchema: StrictSchema<ToolResult>;
  readonly mcp: {
    readonly annotations: {
      readonly title: string;
      readonly readOnlyHint: boolean;
      readonly destructiveHint: boolean;
      readonly idempotentHint: boolean;
      readonly openWorldHint: boolean;
    };
  };
  readonly execute: (input: unknown, call?: object) => Promise<ToolResult>;
}

/**
 * The tools by name, for `new Agent({ tools })`, built by Mastra's own `createTool`. Run with @mastra/core 1.71.
 * @example
 * import { createTool } from '@mastra/core/tools';
 * const agent = new Agent({ ..., tools: mastraTools(createTool, tools) });
 */
export function mastraTools<Native>(
  createTool: (definition: MastraDefinition) => Native,
  tools: readonly Tool[],
  options: AskingOptions<MastraCall> = {},
): Readonly<Record<string, Native>> {
  const convert = (tool: Tool): Native =>
    createTool({
      id: tool.name,
      description: tool.description,
      inputSchema: strictSchema(tool.inputSchema),
      outputSchema: strictSchema(tool.outputSchema),
      mcp: {
        annotations: {
          title: tool.title,
          readOnlyHint: tool.annotations.readOnly,
          destructiveHint: tool.annotations.destructive,
          idempotentHint: tool.annotations.idempotent,
          openWorldHint: tool.annotations.openWorld,
        },
      },
      execute: (input, call: MastraCall = {}) => {
        const { runId, agent, abortSignal: signal } = call;
        const context = contextOf('mastra', {
          runId,
          threadId: agent?.threadId,
          toolCallId: agent?.toolCallId,
          signal,
        });
        const suspended = agent?.suspend && {
          asked: agent.suspendPayload,
          ask: (question: object) => agent.resumeData ?? agent.suspend?.(question),
        };
        return callTool(tool, input, context, call, options, suspended);
      },
    });
  return Object.fromEntries(tools.map((tool) => [tool.name, convert(tool)]));
}
