/**
 * Tools for the Claude Agent SDK.
 * @module
 */
import type { Tool } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';
import { remade, shapeOf } from './zod-shape.ts';

/** What the SDK gives to a tool behind its input: that of an MCP request. */
export interface ClaudeAgentCall {
  readonly requestId?: string | number | undefined;
  readonly sessionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the SDK is answered. */
interface ClaudeAgentAnswer {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
}

/** The SDK's own `tool`. */
export type ClaudeAgentToolFunction<Native> = (
  name: string,
  description: string,
  shape: NativeSchema,
  handler: (input: NativeSchema, extra: unknown) => Promise<ClaudeAgentAnswer>,
  extras: { annotations: Record<string, boolean | string> },
) => Native;

export interface ClaudeAgentOptions extends ConvertOptions<ClaudeAgentCall> {
  /** zod's own `z.fromJSONSchema`, for a tool whose schema is not a zod object: the SDK takes zod's fields only. */
  readonly fromJsonSchema?: (schema: NativeSchema) => unknown;
}

/**
 * The tools for an MCP server in the process, built by the SDK's own `tool`. The SDK runs the model in a process of its
 * own and calls a tool as that asks for it, which need not be in the scope around `query`: open it by `within`. Run with
 * @anthropic-ai/claude-agent-sdk 0.3.
 * @throws TypeError for a tool whose schema is no zod object, without `fromJsonSchema`.
 * @example
 * const desk = createSdkMcpServer({
 *   name: 'desk',
 *   tools: claudeAgentTools(tool, tools, { within: (run) => oncely.scope({ businessId: ticket, workflowId: 'desk' }, run) }),
 * });
 * for await (const message of query({ prompt, options: { mcpServers: { desk } } })) { ... }
 */
export function claudeAgentTools<Native>(
  tool: ClaudeAgentToolFunction<Native>,
  tools: readonly Tool[],
  options: ClaudeAgentOptions = {},
): Native[] {
  return tools.map((each) => {
    const { readOnly, destructive, idempotent, openWorld } = each.annotations;
    const handler = async (input: unknown, extra: unknown): Promise<ClaudeAgentAnswer> => {
      const call = (extra ?? {}) as ClaudeAgentCall;
      const { requestId, sessionId, signal } = call;
      const toolCallId = requestId === undefined ? undefined : String(requestId);
      const context = contextOf('claude-agent', { threadId: sessionId, toolCallId, signal });
      const result = await callTool(each, input, context, call, options);
      return { content: [{ type: 'text', text: JSON.stringify(result) }] };
    };
    return tool(each.name, each.description, fieldsOf(each, options.fromJsonSchema), handler, {
      annotations: {
        title: each.title,
        readOnlyHint: readOnly,
        destructiveHint: destructive,
        idempotentHint: idempotent,
        openWorldHint: openWorld,
      },
    });
  });
}

function fieldsOf({ name, inputSchema }: Tool, fromJsonSchema: ClaudeAgentOptions['fromJsonSchema']): unknown {
  const found = shapeOf(remade(inputSchema, fromJsonSchema)) ?? shapeOf(inputSchema);
  if (found) return found;
  throw new TypeError(`the input schema of ${name} is no zod object; give z.fromJSONSchema as fromJsonSchema`);
}
