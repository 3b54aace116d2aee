import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { Tool } from '@oncely/core/tools';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { address, toolName } from './desk.ts';
import * as runs from './streamed-runs.ts';

let fake: StripeFake;

beforeEach(async () => {
  fake = await startStripeFake();
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
});
afterEach(() => fake.close());

async function all(of: AsyncIterable<unknown> | ReadableStream<unknown>): Promise<void> {
  for await (const _each of of as AsyncIterable<unknown>);
}

/** A response of Node's own server, as a handler gets it, that the stream is led into. */
async function toNode(lead: (response: never) => Promise<void> | void): Promise<void> {
  const server = createServer((_request, response) => void lead(response as never));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toContain('Done.');
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

interface Streamed<T> {
  readonly begin: (tool: Tool) => T | Promise<T>;
  readonly read: (made: T) => Promise<unknown>;
}

const streamed = <T>(begin: (tool: Tool) => T | Promise<T>, read: (made: T) => Promise<unknown>): Streamed<never> => ({
  begin: begin as Streamed<never>['begin'],
  read: read as Streamed<never>['read'],
});

const frameworks: Readonly<Record<string, Streamed<never>>> = {
  'AI SDK, textStream': streamed(runs.aiSdk, ({ textStream }) => all(textStream)),
  'AI SDK, fullStream': streamed(runs.aiSdk, ({ fullStream }) => all(fullStream)),
  'AI SDK, text alone': streamed(runs.aiSdk, async ({ text }) => text),
  'AI SDK, consumeStream': streamed(runs.aiSdk, (result) => Promise.resolve(result.consumeStream())),
  'AI SDK, toUIMessageStreamResponse': streamed(
    (tool) => runs.aiSdk(tool).toUIMessageStreamResponse(),
    (response) => response.text(),
  ),
  'AI SDK, toUIMessageStream of the run': streamed(runs.aiSdk, (result) => all(result.toUIMessageStream())),
  'AI SDK, piped to a Node response': streamed(runs.aiSdk, (result) =>
    toNode((response) => result.pipeUIMessageStreamToResponse(response)),
  ),
  'AI SDK, text piped to a Node response': streamed(runs.aiSdk, (result) =>
    toNode((response) => result.pipeTextStreamToResponse(response)),
  ),
  'OpenAI Agents SDK, its events': streamed(runs.openAiAgents, all),
  'OpenAI Agents SDK, toTextStream': streamed(runs.openAiAgents, (result) => all(result.toTextStream())),
  'OpenAI Agents SDK, completed alone': streamed(runs.openAiAgents, ({ completed }) => completed),
  'LangGraph, stream': streamed((tool) => runs.langGraph(tool).stream(runs.question), all),
  'LangGraph, streamEvents': streamed(
    (tool) => runs.langGraph(tool).streamEvents(runs.question, { version: 'v2' }),
    all,
  ),
  'Mastra, textStream': streamed(runs.mastra, ({ textStream }) => all(textStream)),
  'Mastra, fullStream': streamed(runs.mastra, ({ fullStream }) => all(fullStream)),
  'Mastra, text alone': streamed(runs.mastra, ({ text }) => text),
  'Genkit, stream': streamed(runs.genkit, ({ stream }) => all(stream)),
  'Genkit, response alone': streamed(runs.genkit, ({ response }) => response),
  'openai, runTools': streamed(runs.openAi, all),
  'openai, finalContent': streamed(runs.openAi, (runner) => runner.finalContent()),
  'Anthropic, toolRunner in an object': streamed(
    (tool) => ({ runner: runs.anthropic(tool) }),
    async ({ runner }) => {
      for await (const stream of runner) await all(stream);
    },
  ),
  'Anthropic, toolRunner': streamed(runs.anthropic, async (last) => last),
};

describe.each(Object.entries(frameworks))('%s', (_name, { begin, read }) => {
  it('makes one refund for its case though the scope has returned, and none when it is run again', async () => {
    const ledger = memoryLedger();
    const start = () =>
      createOncely({
        ledger,
        clients: {
          stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...address(fake), ...config }), {
            landingBoundMs: 40,
          }),
        },
        drainOnSigterm: false,
      });
    for (let times = 0; times < 2; times += 1) {
      const oncely = start();
      const [tool] = stripeTools(oncely.clients.stripe, { allow: [toolName] });
      const made = await oncely.scope({ businessId: 'invoice_7', workflowId: 'desk' }, () => begin(tool as Tool));
      // Another case begins before the first is read.
      await oncely.scope({ businessId: 'invoice_8', workflowId: 'desk' }, () => read(made as never));
      expect(fake.effects('refunds.create')).toHaveLength(1);
    }
    const { effects } = await start().effects.list();
    expect(effects.map(({ contract, state }) => [contract.businessId, state])).toEqual([['invoice_7', 'succeeded']]);
  });
});
