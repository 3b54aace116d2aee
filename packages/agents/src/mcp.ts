/**
 * Tools on an MCP server, of the v2 SDK and of v1.
 * @module
 */
import type { Tool, ToolResult } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import { strictSchema } from './strict-schema.ts';

/** What a v2 server gives to a tool behind its input. */
export interface McpCall {
  readonly sessionId?: string | undefined;
  readonly mcpReq?: { readonly id?: string | number; readonly signal?: AbortSignal } | undefined;
  readonly http?: { readonly authInfo?: unknown } | undefined;
}

/** What a v1 server gives to a tool behind its input. */
export interface McpV1Call {
  readonly sessionId?: string | undefined;
  readonly requestId?: string | number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly authInfo?: unknown;
}

/** An MCP server of the SDK, v1 or v2. */
export interface McpServerLike {
  // oxlint-disable-next-line typescript/no-explicit-any -- overloaded and generic in the SDKs
  registerTool(...args: any[]): unknown;
}

/** What a client is answered. */
interface McpAnswer {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent: Record<string, unknown>;
}

/**
 * Registers the tools on a server of `@modelcontextprotocol/server` (run with 2.4). A client's `_meta` is its own claim
 * and never read: open the scope in `within`, from the session or `http.authInfo`.
 * @example
 * registerMcpTools(server, tools, {
 *   within: (run, { sessionId }) => oncely.scope({ businessId: caseOf(sessionId), workflowId: 'refund-desk' }, run),
 * });
 */
export function registerMcpTools(
  server: McpServerLike,
  tools: readonly Tool[],
  options: ConvertOptions<McpCall> = {},
): void {
  for (const tool of tools) {
    const config = {
      ...described(tool),
      inputSchema: strictSchema(tool.inputSchema),
      outputSchema: strictSchema(tool.outputSchema),
    };
    server.registerTool(tool.name, config, async (input: unknown, call: McpCall = {}) => {
      const { mcpReq, sessionId } = call;
      const context = contextOf('mcp', { threadId: sessionId, toolCallId: idOf(mcpReq?.id), signal: mcpReq?.signal });
      return answerOf(await callTool(tool, input, context, call, options));
    });
  }
}

/**
 * Registers the tools on a server of `@modelcontextprotocol/sdk` (run with 1.32). It takes zod schemas only, so a tool
 * of your own needs one for its input, and the result's is not published.
 */
export function registerMcpV1Tools(
  server: McpServerLike,
  tools: readonly Tool[],
  options: ConvertOptions<McpV1Call> = {},
): void {
  for (const tool of tools) {
    const config = { ...described(tool), inputSchema: tool.inputSchema };
    server.registerTool(tool.name, config, async (input: unknown, call: McpV1Call = {}) => {
      const { sessionId, requestId, signal } = call;
      const context = contextOf('mcp', { threadId: sessionId, toolCallId: idOf(requestId), signal });
      return answerOf(await callTool(tool, input, context, call, options));
    });
  }
}

function described({ title, description, annotations }: Tool): object {
  return {
    title,
    description,
    annotations: {
      readOnlyHint: annotations.readOnly,
      destructiveHint: annotations.destructive,
      idempotentHint: annotations.idempotent,
      openWorldHint: annotations.openWorld,
    },
  };
}

function answerOf(result: ToolResult): McpAnswer {
  // Every expected outcome is an answer and no error, which clients repeat.
  return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: { ...result } };
}

function idOf(id: string | number | undefined): string | undefined {
  return id === undefined ? undefined : String(id);
}
