/**
 * Tools for the OpenAI Agents SDK.
 * @module
 */
import { strictJsonSchema, type Tool, type ToolResult } from '@oncely/core/tools';

import { questionOf, wordsOfNo, type ApprovalLedger, type ApprovalState, type AskedFor } from './approvals.ts';
import { askedFirst } from './asked-first.ts';
import { contextOf, scoped, type ConvertOptions } from './call-tool.ts';
import type { NativeSchema } from './native-schema.ts';

/** What the SDK gives to a tool's `execute`, behind the input. */
export interface OpenAiAgentsCall {
  /** The `RunContext`; its `context` is the caller's own. */
  readonly runContext?: unknown;
  readonly toolCall?: { readonly callId?: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is given to the SDK's `tool`. */
export interface OpenAiAgentsDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: NativeSchema;
  readonly strict: true;
  /** An error is the program's fault: it ends the run, where the SDK would tell the model to try again. */
  readonly errorFunction: null;
  readonly needsApproval?: (runContext: unknown, input: unknown, callId?: string) => Promise<boolean>;
  readonly execute: (input: unknown, runContext?: unknown, details?: object) => Promise<ToolResult>;
}

export interface OpenAiAgentsOptions extends ConvertOptions<OpenAiAgentsCall> {
  /** `native`: a call that waits for a person is an interruption of the run; see `openAiAgentsApprovals`. */
  readonly approvals?: 'native';
}

/**
 * The tools for `new Agent({ tools })`, built by the SDK's own `tool`. Run with @openai/agents 0.20.
 * @example
 * import { Agent, run, tool } from '@openai/agents';
 * const agent = new Agent({ name: 'Desk', tools: openAiAgentsTools(tool, tools) });
 */
export function openAiAgentsTools<Native>(
  tool: (definition: OpenAiAgentsDefinition) => Native,
  tools: readonly Tool[],
  options: OpenAiAgentsOptions = {},
): Native[] {
  const { within, approvals } = options;
  const asked = askedFirst();
  return tools.map((each) => {
    const call = (input: unknown, { toolCall, signal }: OpenAiAgentsCall): Promise<ToolResult> =>
      each.execute(input, contextOf('openai-agents', { toolCallId: toolCall?.callId, signal }));
    const about = (input: unknown, callId = '') => ({ tool: each.name, toolCallId: callId, input });
    const needsApproval: OpenAiAgentsDefinition['needsApproval'] = (runContext, input, callId) => {
      const native = { runContext, ...(callId === undefined ? {} : { toolCall: { callId } }) };
      return scoped(within, native, () => asked.waits(about(input, callId), () => call(input, native)), {
        tool: each.name,
        input,
      });
    };
    return tool({
      name: each.name,
      description: each.description,
      parameters: strictJsonSchema(each.inputSchema),
      strict: true,
      errorFunction: null,
      ...(approvals === 'native' ? { needsApproval } : {}),
      execute: (input, runContext, details: OpenAiAgentsCall = {}) => {
        const native = { ...details, runContext };
        const take = (): Promise<ToolResult> =>
          asked.take(about(input, details.toolCall?.callId), () => call(input, native));
        return scoped(within, native, take, { tool: each.name, input });
      },
    });
  });
}

/** An interruption of a run, as `result.interruptions` and `state.getInterruptions()` have it. */
export interface OpenAiAgentsInterruption {
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
}

/** The part of a `RunState` that takes answers. */
export interface OpenAiAgentsState<Interruption> {
  getInterruptions(): Interruption[];
  approve(interruption: Interruption): void;
  /** `message`: what the model is told of it. */
  reject(interruption: Interruption, options?: { message?: string }): void;
}

/**
 * The interruptions that a run waits at: what to show a person, and what was decided, here by `decideApproval` or in any
 * other place. In the scope of the run.
 */
export async function openAiAgentsApprovals<Interruption extends OpenAiAgentsInterruption>(
  effects: ApprovalLedger,
  tools: readonly Tool[],
  state: Pick<OpenAiAgentsState<Interruption>, 'getInterruptions'>,
): Promise<
  ({ readonly interruption: Interruption; readonly state: ApprovalState } & Partial<Omit<AskedFor, 'state'>>)[]
> {
  return Promise.all(
    state.getInterruptions().map(async (interruption) => {
      const tool = tools.find(({ name }) => name === interruption.name);
      const input: unknown = JSON.parse(interruption.arguments ?? '{}');
      return { interruption, state: 'open' as const, ...(tool && (await questionOf(effects, tool, input))) };
    }),
  );
}

/**
 * Tells a run state what the ledger says of its interruptions, and how many of them nobody has decided yet.
 * @example
 * const state = await RunState.fromString(agent, saved);
 * if ((await answerOpenAiAgents(oncely.effects, tools, state)) === 0) await run(agent, state);
 */
export async function answerOpenAiAgents<Interruption extends OpenAiAgentsInterruption>(
  effects: ApprovalLedger,
  tools: readonly Tool[],
  state: OpenAiAgentsState<Interruption>,
): Promise<number> {
  const approvals = await openAiAgentsApprovals(effects, tools, state);
  for (const { interruption, state: decided, ...said } of approvals) {
    if (decided === 'approved') state.approve(interruption);
    const message = wordsOfNo(said);
    if (decided === 'declined') state.reject(interruption, message === undefined ? {} : { message });
  }
  return approvals.filter((approval) => approval.state === 'open').length;
}
