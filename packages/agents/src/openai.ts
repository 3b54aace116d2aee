/**
 * Tools for the tool runner of the official OpenAI client.
 * @module
 */
import { strictJsonSchema, type Tool, type ToolResult } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';

/** A tool as `client.chat.completions.runTools({ tools })` takes it. */
export interface OpenAiTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: NativeSchema;
    readonly strict: true;
    readonly parse: (input: string) => object;
    readonly function: (input: object, runner?: unknown) => Promise<ToolResult>;
  };
}

/**
 * The tools for `runTools`. The runner gives a tool neither call id nor signal; an error ends its run. Run with openai 7.
 * @example
 * const runner = client.chat.completions.runTools({ model, messages, tools: openAiTools(tools) });
 */
export function openAiTools(tools: readonly Tool[], options: ConvertOptions<{ runner: unknown }> = {}): OpenAiTool[] {
  return tools.map((tool) => ({
    type: 'function',
    function: {
      name: tool.name,
      description: tool.description,
      parameters: strictJsonSchema(tool.inputSchema),
      strict: true,
      parse: (input) => JSON.parse(input) as object,
      function: (input, runner) => {
        const { controller } = (runner ?? {}) as { readonly controller?: AbortController };
        return callTool(tool, input, contextOf('openai', { signal: controller?.signal }), { runner }, options);
      },
    },
  }));
}
