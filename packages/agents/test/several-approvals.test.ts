import { AIMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import { Command, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { aiSdkApprovals, aiSdkResponses } from '@oncely/agents/ai-sdk';
import type { ApprovalAnswer, ApprovalQuestion } from '@oncely/agents/approvals';
import { langChainTools } from '@oncely/agents/langchain';
import { answerOpenAiAgents } from '@oncely/agents/openai-agents';
import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { describe, expect, it, onTestFinished } from 'vitest';

import { address, toolName } from './desk.ts';

// Several calls of one response wait for people, who answer one after the other.

const payments = ['ch_1', 'ch_2', 'ch_3'];
const inputOf = (payment: string) => ({ payment, amount: 500, currency: 'usd', reason: null, occurrence: null });

async function openDesk() {
  const fake = await startStripeFake();
  for (const id of payments) fake.seedCharge({ id, amount: 50_000, currency: 'usd' });
  onTestFinished(() => fake.close());
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: { stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...address(fake), ...config })) },
    drainOnSigterm: false,
  });
  const tools = stripeTools(oncely.clients.stripe, { allow: [toolName], approval: { [toolName]: 'required' } });
  const at = <T>(fn: () => Promise<T>): Promise<T> =>
    oncely.scope({ businessId: 'ticket_1', workflowId: 'refund-desk' }, fn);
  return { oncely, tools, at, refunds: () => fake.effects('refunds.create').length };
}

describe('LangGraph', () => {
  const startGraph = async (own?: () => unknown) => {
    const desk = await openDesk();
    const { oncely, tools, at } = desk;
    const native = langChainTools((run, fields) => langChainTool(run, fields), tools, {
      approvals: { effects: oncely.effects, approver: () => ({ by: 'ann' }), interrupt },
    });
    const calls = payments.map((payment, index) => ({ id: `call_${index}`, name: toolName, args: inputOf(payment) }));
    const asks = langChainTool(async () => String(own?.()), {
      name: 'own',
      description: 'Asks.',
      schema: { type: 'object' },
    });
    const all = own ? [{ id: 'call_own', name: 'own', args: {} }, ...calls] : calls;
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('model', async () => ({ messages: [new AIMessage({ content: '', tool_calls: all as never })] }))
      .addNode('tools', new ToolNode([...native, asks] as never))
      .addEdge(START, 'model')
      .addEdge('model', 'tools')
      .addEdge('tools', END)
      .compile({ checkpointer: new MemorySaver() });
    const config = { configurable: { thread_id: 'thread_1' } };
    const open = async (): Promise<unknown[]> =>
      (await graph.getState(config)).tasks.flatMap(({ interrupts }) => interrupts).map(({ value }) => value as unknown);
    const results = async () => {
      const { messages } = (await graph.getState(config)).values as { messages: { content: string; name?: string }[] };
      return messages
        .filter(({ name }) => name === toolName)
        .map(({ content }) => JSON.parse(content) as { status: string; text: string });
    };
    await at(() => graph.invoke({ messages: [] }, config));
    return {
      ...desk,
      open,
      results,
      resume: (resume: unknown) => at(() => graph.invoke(new Command({ resume }), config)),
    };
  };
  const answerTo = (question: unknown, approved = true, reason?: string): ApprovalAnswer => {
    const { effect, fingerprint } = question as ApprovalQuestion;
    return { approved, effect, fingerprint, ...(reason === undefined ? {} : { reason }) };
  };

  it('gives each call the answer that fits it, whatever was asked before', async () => {
    const { open, resume, refunds, results } = await startGraph();
    // Each person is asked once: what was answered to one call is not lost with the others.
    for (let turn = 0; turn < payments.length; turn += 1) await resume(answerTo((await open())[0]));
    expect(await open()).toEqual([]);
    expect(refunds()).toBe(3);
    for (const { status } of await results()) expect(status).toMatch(/already_done|succeeded/);
  });

  it('asks again where an answer belongs to no question that stands here', async () => {
    const { open, resume, refunds } = await startGraph();
    const [question] = await open();
    await resume({ ...answerTo(question), fingerprint: 'another' });
    await resume('yes');
    expect([refunds(), (await open()).length]).toEqual([0, 1]);
    for (let turn = 0; turn < payments.length; turn += 1) await resume(answerTo((await open())[0]));
    expect([refunds(), await open()]).toEqual([3, []]);
  });

  it("takes no answer to somebody else's question for its own", async () => {
    const { open, resume, refunds } = await startGraph(() => interrupt('What colour?'));
    for (let turn = 0; turn < 5; turn += 1) {
      const [question] = await open();
      if (question === undefined) break;
      await resume(question === 'What colour?' ? 'green' : answerTo(question));
    }
    expect(refunds()).toBe(3);
  });

  it('tells the model why a person said no', async () => {
    const { open, resume, refunds, results } = await startGraph();
    for (let turn = 0; turn < payments.length; turn += 1) {
      await resume(answerTo((await open())[0], false, 'offer a voucher instead'));
    }
    expect(refunds()).toBe(0);
    for (const { status, text } of await results()) {
      expect(status).toBe('rejected');
      expect(text).toContain('offer a voucher instead');
    }
  });
});

describe('AI SDK', () => {
  const messagesOf = (count: number) => [
    {
      role: 'assistant',
      content: payments.slice(0, count).flatMap((payment, index) => [
        { type: 'tool-call', toolCallId: `call_${index}`, toolName, input: inputOf(payment) },
        { type: 'tool-approval-request', approvalId: `a_${index}`, toolCallId: `call_${index}` },
      ]),
    },
  ];

  it('is answered only once nothing is open, with the reason of each no', async () => {
    const { oncely, tools, at } = await openDesk();
    const [tool] = tools;
    for (const payment of payments.slice(0, 2)) await at(async () => tool?.execute(inputOf(payment)));
    const standing = () => at(() => aiSdkApprovals(oncely.effects, tools, messagesOf(2)));
    const [first, second] = await standing();
    const { effect = '', fingerprint = '' } = first?.question ?? {};
    await oncely.effects.approve(effect, { by: 'ann', fingerprint });
    expect(aiSdkResponses(await standing())).toEqual([]);
    await oncely.effects.decline(second?.question?.effect ?? '', { by: 'bob', reason: 'offer a voucher instead' });
    expect(aiSdkResponses(await standing())).toEqual([
      {
        role: 'tool',
        content: [
          { type: 'tool-approval-response', approvalId: 'a_0', approved: true },
          {
            type: 'tool-approval-response',
            approvalId: 'a_1',
            approved: false,
            reason: expect.stringContaining('offer a voucher instead'),
          },
        ],
      },
    ]);
    expect(aiSdkResponses([])).toEqual([]);
  });
});

it('OpenAI Agents SDK: a no is told with its reason', async () => {
  const { oncely, tools, at } = await openDesk();
  const asked = await at(async () => tools[0]?.execute(inputOf('ch_1')));
  await oncely.effects.decline(asked?.effect ?? '', { by: 'bob', reason: 'offer a voucher instead' });
  const rejected: unknown[] = [];
  const state = {
    getInterruptions: () => [{ name: toolName, arguments: JSON.stringify(inputOf('ch_1')) }],
    approve: () => undefined,
    reject: (_interruption: object, options?: { message?: string }) => void rejected.push(options?.message),
  };
  expect(await at(() => answerOpenAiAgents(oncely.effects, tools, state))).toBe(0);
  expect(rejected).toEqual([expect.stringContaining('offer a voucher instead')]);
});
