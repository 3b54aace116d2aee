/**
 * Tools on an MCP server, of the v2 SDK and of v1.
 * @module
 */
import { strictJsonSchema, type Tool, type ToolResult } from '@oncely/core/tools';

import type { ApprovalQuestion } from './approvals.ts';
import { callTool, contextOf, type AskingOptions } from './call-tool.ts';
import { answerIn, formOf, FormNeeded, type McpForm } from './mcp-question.ts';
import type { NativeSchema } from './native-schema.ts';
import { strictSchema } from './strict-schema.ts';
import { remade, shapeOf } from './zod-shape.ts';

/** What a v2 server gives to a tool behind its input. */
export interface McpCall {
  readonly sessionId?: string | undefined;
  readonly mcpReq?:
    | {
        readonly id?: string | number;
        readonly signal?: AbortSignal;
        readonly envelope?: object | undefined;
        readonly inputResponses?: Readonly<Record<string, unknown>> | undefined;
      }
    | undefined;
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
  readonly server?: {
    getClientCapabilities?(): { readonly elicitation?: object | undefined } | undefined;
    // oxlint-disable-next-line typescript/no-explicit-any -- overloaded in the SDKs
    elicitInput?(...args: any[]): Promise<unknown>;
  };
}

/** What a client is answered. */
interface McpAnswer {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent: Record<string, unknown>;
}

/**
 * Registers the tools on a server of `@modelcontextprotocol/server` (run with 2.4). A client's `_meta` is its own claim
 * and never read: open the scope in `within`. The session id is a run id: it is another one after a reconnect, so that a
 * call which is sent again would be another case. The tenant comes from `http.authInfo`, the case from there too or from
 * the object that the call is about. See docs/recipes/mcp-server.md.
 * @example
 * registerMcpTools(server, tools, {
 *   within: (run, { http, sessionId }, { input }) =>
 *     oncely.scope(
 *       { tenant: tenantOf(http?.authInfo), businessId: paymentIn(input), workflowId: 'refund-desk', correlationId: sessionId },
 *       run,
 *     ),
 * });
 */
export function registerMcpTools(
  server: McpServerLike,
  tools: readonly Tool[],
  options: AskingOptions<McpCall> = {},
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
      const ask = (question: ApprovalQuestion): unknown => {
        // The reply's name holds what was shown: a form about other input is none about this.
        const reply = mcpReq?.inputResponses?.[nameOf(question)];
        if (reply === undefined) throw new FormNeeded(question);
        return answerIn(question, reply);
      };
      try {
        const suspended = showsForms(server, mcpReq?.envelope) ? { ask } : undefined;
        return answerOf(await callTool(tool, input, context, call, options, suspended));
      } catch (error) {
        if (!(error instanceof FormNeeded)) throw error;
        const form = { method: 'elicitation/create', params: formOf(error.question) };
        return { resultType: 'input_required', inputRequests: { [nameOf(error.question)]: form } };
      }
    });
  }
}

export interface McpV1Options extends AskingOptions<McpV1Call> {
  /**
   * zod's own `z.fromJSONSchema`: v1 takes no schemas but zod's, so that without it the result's schema is not published,
   * and a tool of your own needs a zod schema for its input.
   */
  readonly fromJsonSchema?: (schema: NativeSchema) => unknown;
}

/**
 * Registers the tools on a server of `@modelcontextprotocol/sdk` (run with 1.32).
 * @example
 * registerMcpV1Tools(server, tools, { fromJsonSchema: z.fromJSONSchema, within });
 */
export function registerMcpV1Tools(server: McpServerLike, tools: readonly Tool[], options: McpV1Options = {}): void {
  const { fromJsonSchema } = options;
  for (const tool of tools) {
    const config = {
      ...described(tool),
      inputSchema: remade(tool.inputSchema, fromJsonSchema) ?? shapeOf(tool.inputSchema) ?? tool.inputSchema,
      ...(fromJsonSchema ? { outputSchema: fromJsonSchema(strictJsonSchema(tool.outputSchema, 'output')) } : {}),
    };
    server.registerTool(tool.name, config, async (input: unknown, call: McpV1Call = {}) => {
      const { sessionId, requestId, signal } = call;
      const context = contextOf('mcp', { threadId: sessionId, toolCallId: idOf(requestId), signal });
      const ask = async (question: ApprovalQuestion): Promise<unknown> =>
        answerIn(question, await server.server?.elicitInput?.(formOf(question) satisfies McpForm));
      const suspended = showsForms(server) ? { ask } : undefined;
      return answerOf(await callTool(tool, input, context, call, options, suspended));
    });
  }
}

function nameOf({ fingerprint }: ApprovalQuestion): string {
  return `approve_${fingerprint}`;
}

/** Whether the client can show a form: from 2026-07-28 on it says so with each request, before that once at the start. */
function showsForms(server: McpServerLike, envelope: object = {}): boolean {
  const said = (envelope as Record<string, { elicitation?: object } | undefined>)[
    'io.modelcontextprotocol/clientCapabilities'
  ];
  return (said ?? server.server?.getClientCapabilities?.())?.elicitation !== undefined;
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
