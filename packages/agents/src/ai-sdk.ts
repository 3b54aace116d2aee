/**
 * Tools for the Vercel AI SDK.
 * @module
 */
import type { Tool, ToolResult } from '@oncely/core/tools';

import { questionOf, wordsOfNo, type ApprovalLedger, type ApprovalQuestion, type ApprovalState } from './approvals.ts';
import { askedFirst } from './asked-first.ts';
import { contextOf, scoped, type ConvertOptions } from './call-tool.ts';
import { strictSchema, type StrictSchema } from './strict-schema.ts';

/** What the AI SDK gives to a tool's `execute`. */
export interface AiSdkCall {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal | undefined;
}

/** A tool as `generateText({ tools })` takes it. */
export interface AiSdkTool {
  readonly title: string;
  readonly description: string;
  readonly inputSchema: StrictSchema<unknown>;
  readonly outputSchema: StrictSchema<ToolResult>;
  readonly needsApproval?: (input: unknown, call: AiSdkCall) => Promise<boolean>;
  readonly execute: (input: unknown, call: AiSdkCall) => Promise<ToolResult>;
}

export interface AiSdkOptions extends ConvertOptions<AiSdkCall> {
  /** `native`: a call that waits for a person is a tool approval request; see `aiSdkApprovals`. */
  readonly approvals?: 'native';
}

/**
 * The tools by name, for `generateText`, `streamText` and agents. Run with ai 7 and 6.
 * @example
 * await oncely.scope({ businessId: ticket, workflowId: 'refund-desk' }, () =>
 *   generateText({ model, prompt, tools: aiSdkTools(tools), stopWhen: isStepCount(10) }));
 */
export function aiSdkTools(tools: readonly Tool[], options: AiSdkOptions = {}): Readonly<Record<string, AiSdkTool>> {
  const { within, approvals } = options;
  const asked = askedFirst();
  const convert = (tool: Tool): AiSdkTool => {
    const execute = (input: unknown, { toolCallId, abortSignal: signal }: AiSdkCall): Promise<ToolResult> =>
      tool.execute(input, contextOf('ai-sdk', { toolCallId, signal }));
    const about = (input: unknown, { toolCallId }: AiSdkCall) => ({ tool: tool.name, toolCallId, input });
    const needsApproval = (input: unknown, call: AiSdkCall): Promise<boolean> =>
      scoped(within, call, () => asked.waits(about(input, call), () => execute(input, call)), {
        tool: tool.name,
        input,
      });
    return {
      title: tool.title,
      description: tool.description,
      inputSchema: strictSchema(tool.inputSchema),
      outputSchema: strictSchema(tool.outputSchema),
      ...(approvals === 'native' ? { needsApproval } : {}),
      execute: (input, call) =>
        scoped(within, call, () => asked.take(about(input, call), () => execute(input, call)), {
          tool: tool.name,
          input,
        }),
    };
  };
  return Object.fromEntries(tools.map((tool) => [tool.name, convert(tool)]));
}

/** A message of a conversation, of which only calls, approval requests and their responses are read. */
export interface AiSdkMessage {
  readonly role: string;
  readonly content: unknown;
}

/** An approval request without a response, and how it stands in the ledger. */
export interface AiSdkApproval {
  readonly approvalId: string;
  readonly toolCallId: string;
  /** Absent where the ledger knows no question of this call: it is asked when the call is made. */
  readonly question?: ApprovalQuestion;
  readonly state: ApprovalState;
  /** Who decided, and why in their words. */
  readonly by?: string;
  readonly reason?: string;
}

/**
 * The approval requests that a conversation waits for: what to show a person, and what was decided, here by
 * `decideApproval` or in any other place. In the scope of the run.
 * @example
 * const [waiting] = await aiSdkApprovals(oncely.effects, tools, messages);
 * await decideApproval(oncely.effects, { ...shown, approved: true }, { by: session.user });
 * messages.push(...aiSdkResponses(await aiSdkApprovals(oncely.effects, tools, messages)));
 */
export async function aiSdkApprovals(
  effects: ApprovalLedger,
  tools: readonly Tool[],
  messages: readonly AiSdkMessage[],
): Promise<AiSdkApproval[]> {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as Part[]) : []));
  const answered = new Set(parts.filter(isResponse).map(({ approvalId }) => approvalId));
  const waiting = parts.filter((part) => part.type === 'tool-approval-request' && !answered.has(part.approvalId));
  return Promise.all(
    waiting.map(async ({ approvalId = '', toolCallId = '' }) => {
      const call = parts.find((part) => part.type === 'tool-call' && part.toolCallId === toolCallId);
      const tool = tools.find(({ name }) => name === call?.toolName);
      const found = tool && (await questionOf(effects, tool, call?.input));
      return { approvalId, toolCallId, state: 'open' as const, ...found };
    }),
  );
}

/**
 * The message that tells the AI SDK what the ledger says, once all that is waited for is decided: it goes on with a
 * response that has one answer as if it had them all, and the calls of the others are lost to the conversation. None
 * before.
 */
export function aiSdkResponses(approvals: readonly AiSdkApproval[]): {
  readonly role: 'tool';
  readonly content: {
    readonly type: 'tool-approval-response';
    readonly approvalId: string;
    readonly approved: boolean;
    readonly reason?: string;
  }[];
}[] {
  if (approvals.length === 0 || approvals.some(({ state }) => state === 'open')) return [];
  const content = approvals.map((approval) => {
    const reason = approval.state === 'declined' ? wordsOfNo(approval) : undefined;
    return {
      type: 'tool-approval-response' as const,
      approvalId: approval.approvalId,
      approved: approval.state === 'approved',
      ...(reason === undefined ? {} : { reason }),
    };
  });
  return [{ role: 'tool', content }];
}

interface Part {
  readonly type?: string;
  readonly approvalId?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
}

function isResponse({ type }: Part): boolean {
  return type === 'tool-approval-response';
}
