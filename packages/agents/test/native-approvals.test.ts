import { Client } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as InMemoryTransportV1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { aiSdkApprovals, aiSdkResponses, aiSdkTools } from '@oncely/agents/ai-sdk';
import { registerMcpTools, registerMcpV1Tools } from '@oncely/agents/mcp';
import { openAiAgentsTools, type OpenAiAgentsDefinition } from '@oncely/agents/openai-agents';
import type { ToolResult } from '@oncely/core/tools';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromJSONSchema } from 'zod';

import { openApprovalDesk, refund, slot, type ApprovalDesk, type Program } from './approval-desk.ts';

let desk: ApprovalDesk;
beforeEach(async () => {
  desk = await openApprovalDesk();
});
afterEach(() => desk.close());

type Called = (callId: string) => { readonly waits: () => Promise<boolean>; readonly make: () => Promise<ToolResult> };

/** The tool as a framework that asks first has it. */
const asking: Readonly<Record<string, (program: Program) => Called>> = {
  'AI SDK': ({ tool }) => {
    const converted = aiSdkTools([tool], { approvals: 'native' })[tool.name];
    return (toolCallId) => ({
      waits: async () => converted?.needsApproval?.(refund.input, { toolCallId }) ?? false,
      make: async () => converted?.execute(refund.input, { toolCallId }) as Promise<ToolResult>,
    });
  },
  'OpenAI Agents SDK': ({ tool }) => {
    const [made] = openAiAgentsTools<OpenAiAgentsDefinition>((each) => each, [tool], { approvals: 'native' });
    return (callId) => ({
      waits: async () => made?.needsApproval?.({}, refund.input, callId) ?? false,
      make: async () => made?.execute(refund.input, {}, { toolCall: { callId } }) as Promise<ToolResult>,
    });
  },
};

describe.each(Object.entries(asking))('%s, which asks before it makes a call', (_name, convert) => {
  it('gives what the call came to when it was asked about, and makes it once', async () => {
    const program = desk.program({ approval: 'none' });
    const call = convert(program)('call_1');
    await program.at(async () => {
      expect(await call.waits()).toBe(false);
      expect(await call.make()).toMatchObject({ status: 'succeeded' });
      expect(await call.make()).toMatchObject({ status: 'already_done' });
    });
    expect(desk.refunds()).toBe(1);
  });

  it('gives no tenant what a call of another came to, under the same call id', async () => {
    const program = desk.program({ approval: 'none' });
    const call = convert(program)('call_1');
    await program.at(call.waits);
    const { effect } = await program.at(call.make, { tenant: 'south' });
    expect(effect).toMatch(/^south:/);
  });

  it("takes the framework's own yes for no approval: only the ledger's counts", async () => {
    const program = desk.program();
    const call = convert(program)('call_1');
    await program.at(async () => {
      expect(await call.waits()).toBe(true);
      // As after a yes in the framework of which the ledger was not told.
      expect(await call.make()).toMatchObject({ status: 'pending_approval' });
    });
    expect(desk.refunds()).toBe(0);
  });

  it('throws what the program got wrong where the call is made', async () => {
    const call = convert(desk.program())('call_1');
    expect(await call.waits()).toBe(false);
    await expect(call.make()).rejects.toMatchObject({ code: 'unscoped' });
  });
});

it('AI SDK: a request that was answered already is not asked again', async () => {
  const { tool, at, oncely } = desk.program();
  await at(() => tool.execute(refund.input));
  const messages = [
    {
      role: 'assistant',
      content: [
        { type: 'tool-call', toolCallId: 'call_1', toolName: tool.name, input: refund.input },
        { type: 'tool-approval-request', approvalId: 'a_1', toolCallId: 'call_1' },
      ],
    },
  ];
  const [waiting] = await at(() => aiSdkApprovals(oncely.effects, [tool], messages));
  expect(waiting).toMatchObject({ approvalId: 'a_1', state: 'open', question: { tool: tool.name } });
  expect(JSON.stringify(waiting?.question?.preview)).toContain('500');
  expect(aiSdkResponses([waiting as never])).toEqual([]);
  const answered = [...messages, { role: 'tool', content: [{ type: 'tool-approval-response', approvalId: 'a_1' }] }];
  expect(await at(() => aiSdkApprovals(oncely.effects, [tool], answered))).toEqual([]);
});

describe.each(['v1', 'v2'] as const)('MCP %s', (version) => {
  interface Reply {
    readonly action: 'accept' | 'decline' | 'cancel';
    readonly content?: { readonly approve: boolean; readonly reason?: string };
  }

  /** A client that shows forms, or none, and what it shows; the server names its user. */
  async function call(program: Program, reply?: Reply): Promise<{ result: unknown; forms: string[] }> {
    const forms: string[] = [];
    const { tool, oncely, at } = program;
    const options = {
      within: <T>(run: () => Promise<T>) => at(run),
      approvals: { effects: oncely.effects, approver: () => ({ by: 'ann' }) },
      fromJsonSchema: fromJSONSchema,
    };
    const about = { name: 'desk', version: '1.0.0' };
    const capabilities = { capabilities: reply ? { elicitation: {} } : {} };
    const answer = ({ params }: { params: { message: string } }): never => {
      forms.push(params.message);
      return reply as never;
    };
    const request = { name: tool.name, arguments: { ...refund.input } };
    if (version === 'v1') {
      const [one, other] = InMemoryTransportV1.createLinkedPair();
      const server = new McpServerV1(about);
      registerMcpV1Tools(server, [tool], options);
      const client = new ClientV1(about, capabilities);
      if (reply) client.setRequestHandler(ElicitRequestSchema, answer);
      await Promise.all([server.connect(one), client.connect(other)]);
      const { tools } = await client.listTools();
      expect(tools[0]?.outputSchema?.properties).toHaveProperty('status');
      const { structuredContent } = await client.callTool(request);
      await client.close();
      return { result: structuredContent, forms };
    }
    const [one, other] = InMemoryTransport.createLinkedPair();
    const server = new McpServer(about);
    registerMcpTools(server, [tool], options);
    const client = new Client(about, capabilities);
    if (reply) client.setRequestHandler('elicitation/create', answer);
    await Promise.all([server.connect(one), client.connect(other as never)]);
    const { structuredContent } = await client.callTool(request);
    await client.close();
    return { result: structuredContent, forms };
  }

  it("asks the client's user, whose yes is the approval of whom the server knows", async () => {
    const { result, forms } = await call(desk.program(), { action: 'accept', content: { approve: true } });
    expect(result).toMatchObject({ status: 'succeeded' });
    expect(forms).toEqual([expect.stringContaining('500')]);
    expect((await desk.program().oncely.effects.get(slot))?.approval?.by).toBe('ann');
    expect(desk.refunds()).toBe(1);
  });

  it.each([
    ['a client without forms', undefined, 'pending_approval', 'awaiting_approval'],
    ['a form that was closed', { action: 'cancel' }, 'pending_approval', 'awaiting_approval'],
    ['a no', { action: 'decline' }, 'rejected', 'declined'],
    ['a no in the form', { action: 'accept', content: { approve: false } }, 'rejected', 'declined'],
  ] as const)('%s sends nothing', async (_what, reply, status, state) => {
    expect((await call(desk.program(), reply)).result).toMatchObject({ status });
    expect(await desk.program().oncely.effects.get(slot)).toMatchObject({ state });
    expect(desk.refunds()).toBe(0);
  });

  it('a no in the form reaches the model with its reason', async () => {
    const content = { approve: false, reason: 'offer a voucher instead' };
    const { result } = await call(desk.program(), { action: 'accept', content });
    expect(result).toMatchObject({ status: 'rejected', text: expect.stringContaining('offer a voucher instead') });
  });

  it('a yes of somebody who may not decide does not count', async () => {
    const program = desk.program({ mayDecide: (actor) => actor.by !== 'ann' });
    const { result } = await call(program, { action: 'accept', content: { approve: true } });
    expect(result).toMatchObject({ status: 'pending_approval', text: expect.stringContaining('does not count') });
    expect(desk.refunds()).toBe(0);
  });
});
