import type { Tool, ToolContext, ToolResult } from '@oncely/core/tools';

export interface ConvertOptions<Native> {
  /**
   * Opens the scope of one call, where it is not open around the whole run: in a server whose requests come one by one.
   * Take the tenant from the session or the credentials, never from what a model or a client wrote.
   */
  readonly within?: <T>(run: () => Promise<T>, native: Native) => Promise<T>;
}

/** Calls a tool for a framework. What the framework knows of the call goes along for the audit only. */
export function callTool<Native>(
  tool: Tool,
  input: unknown,
  context: ToolContext,
  native: Native,
  { within }: ConvertOptions<Native>,
): Promise<ToolResult> {
  const run = (): Promise<ToolResult> => tool.execute(input, context);
  return within ? within(run, native) : run();
}

/** The fields of a context that are there. */
export function contextOf(framework: string, given: { readonly [Key in keyof ToolContext]: unknown }): ToolContext {
  const kept = Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return { framework, ...(Object.fromEntries(kept) as ToolContext) };
}
