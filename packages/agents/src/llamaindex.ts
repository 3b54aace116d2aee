/**
 * Tools for LlamaIndex.TS.
 * @module
 */
import { strictJsonSchema, type Tool } from '@oncely/core/tools';

import { callTool, contextOf, type ConvertOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';

/** A tool as `agent({ tools })` and `llm.exec({ tools })` take it. */
export interface LlamaIndexTool {
  readonly metadata: { readonly name: string; readonly description: string; readonly parameters: NativeSchema };
  /** Gives the result of the tool. The framework calls it a JSON value, for which it has a type of its own. */
  readonly call: (input: unknown) => Promise<NativeSchema>;
}

/**
 * The tools for LlamaIndex's agents. It gives a tool neither call id nor signal, and shows an error to the model. Run
 * with @llamaindex/core 0.6.
 * @example
 * const desk = agent({ llm, tools: llamaIndexTools(tools) });
 */
export function llamaIndexTools(
  tools: readonly Tool[],
  options: ConvertOptions<Record<never, never>> = {},
): LlamaIndexTool[] {
  return tools.map((tool) => ({
    metadata: {
      name: tool.name,
      description: tool.description,
      parameters: strictJsonSchema(tool.inputSchema),
    },
    call: async (input) => withoutNulls(await callTool(tool, input, contextOf('llamaindex', {}), {}, options)),
  }));
}

/** LlamaIndex's JSON has no `null`: it would show a result with one to the model as an error, though it happened. */
function withoutNulls(value: unknown): NativeSchema {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutNulls(item)]));
}
