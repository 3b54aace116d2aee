/**
 * Tools for Genkit.
 * @module
 */
import { looseJsonSchema, type Tool, type ToolResult } from '@oncely/core/tools';

import { callTool, contextOf, type AskingOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';

/** What Genkit gives to a tool behind its input. */
export interface GenkitCall {
  /** The caller's own, given to `generate`. */
  readonly context?: unknown;
  readonly abortSignal?: AbortSignal | undefined;
  readonly interrupt?: ((question: Record<string, unknown>) => never) | undefined;
  /** What the call was restarted with. */
  readonly resumed?: unknown;
  readonly metadata?: { readonly interrupt?: unknown } | undefined;
}

/** What is given to Genkit's `defineTool`. */
export interface GenkitDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputJsonSchema: NativeSchema;
}

/**
 * The tools for `ai.generate({ tools })`, defined by `ai.defineTool`. Genkit brings a zod of its own, and makes an empty
 * schema of any other zod's without a word: so it is given the JSON schema. It tells a tool no call id. Run with
 * genkit 1.42.
 * @example
 * const { text } = await ai.generate({ model, prompt, tools: genkitTools((d, run) => ai.defineTool(d, run), tools) });
 */
export function genkitTools<Native>(
  defineTool: (definition: GenkitDefinition, run: (input: unknown, call?: object) => Promise<ToolResult>) => Native,
  tools: readonly Tool[],
  options: AskingOptions<GenkitCall> = {},
): Native[] {
  return tools.map((tool) =>
    defineTool(
      { name: tool.name, description: tool.description, inputJsonSchema: looseJsonSchema(tool.inputSchema) },
      (input, call: GenkitCall = {}) => {
        const { abortSignal: signal, interrupt, resumed, metadata } = call;
        const suspended = interrupt && {
          asked: metadata?.interrupt,
          ask: (question: object) => resumed ?? interrupt({ ...question }),
        };
        return callTool(tool, input, contextOf('genkit', { signal }), call, options, suspended);
      },
    ),
  );
}
