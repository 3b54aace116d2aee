import type { Tool, ToolContext, ToolResult } from '@oncely/core/tools';

import { callAsking, type ApprovalBridge, type Suspended } from './approvals.ts';

export interface ConvertOptions<Native> {
  /**
   * Opens the scope of one call, where it is not open around the whole run: in a server whose requests come one by one.
   * Take the tenant from the credentials, never from what a model or a client wrote. The case must be the same after a
   * restart and a new connection: a session id is a run id, and names none. Where nothing of yours names one, take the
   * object that the call is about, from its input, within what the credentials may touch.
   */
  readonly within?: <T>(run: () => Promise<T>, native: Native, call: CalledTool) => Promise<T>;
}

/** A call as a model or client made it: its input is a claim, and not judged yet. */
export interface CalledTool {
  readonly tool: string;
  readonly input: unknown;
}

/** For a framework in which a tool can suspend its run. */
export interface AskingOptions<Native> extends ConvertOptions<Native> {
  /** Asks for approvals in the framework too. Without it a call that waits ends as `pending_approval`. */
  readonly approvals?: ApprovalBridge<Native>;
}

/** Calls a tool for a framework. What the framework knows of the call goes along for the audit only. */
export function callTool<Native>(
  tool: Tool,
  input: unknown,
  context: ToolContext,
  native: Native,
  { within, approvals }: AskingOptions<Native>,
  suspended?: Suspended,
): Promise<ToolResult> {
  const execute = (): Promise<ToolResult> => tool.execute(input, context);
  const run = (): Promise<ToolResult> =>
    approvals && suspended ? callAsking(tool, input, execute, native, approvals, suspended) : execute();
  return scoped(within, native, run, { tool: tool.name, input });
}

/** Runs something in the scope of one call, where the converter was told how to open it. */
export function scoped<Native, T>(
  within: ConvertOptions<Native>['within'],
  native: Native,
  run: () => Promise<T>,
  call: CalledTool,
): Promise<T> {
  return within ? within(run, native, call) : run();
}

/** The fields of a context that are there. */
export function contextOf(framework: string, given: { readonly [Key in keyof ToolContext]: unknown }): ToolContext {
  const kept = Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return { framework, ...(Object.fromEntries(kept) as ToolContext) };
}
