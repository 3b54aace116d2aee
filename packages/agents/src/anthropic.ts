/**
 * Tools for the tool runner of the official Anthropic client.
 * @module
 */
import { strictJsonSchema, type Tool } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';

/** What the runner gives to a tool's `run`, behind the input. */
export interface AnthropicCall {
  readonly toolUse?: { readonly id?: string } | undefined;
  readonly signal?: AbortSignal | null | undefined;
}

/** A tool as `client.beta.messages.toolRunner({ tools })` takes it. */
export interface AnthropicTool {
  readonly type: 'custom';
  readonly name: string;
  readonly description: string;
  readonly input_schema: NativeSchema;
  readonly strict: true;
  readonly parse: (input: unknown) => unknown;
  readonly run: (input: unknown, call?: AnthropicCall) => Promise<string>;
}

/**
 * The tools for `toolRunner`; a model is given the result as JSON. Run with @anthropic-ai/sdk 1.12.
 * @example
 * const final = await client.beta.messages.toolRunner({ model, max_tokens, messages, tools: anthropicTools(tools) });
 */
export function anthropicTools(tools: readonly Tool[], options: ConvertOptions<AnthropicCall> = {}): AnthropicTool[] {
  return tools.map((tool) => ({
    type: 'custom',
    name: tool.name,
    description: tool.description,
    input_schema: strictJsonSchema(tool.inputSchema),
    strict: true,
    parse: (input) => input,
    run: async (input, call = {}) => {
      const context = contextOf('anthropic', { toolCallId: call.toolUse?.id, signal: call.signal });
      return JSON.stringify(await callTool(tool, input, context, call, options));
    },
  }));
}
