/** Played in a fresh application: the tool at the MCP server that the Claude Agent SDK makes. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { claudeAgentTools, type ClaudeAgentToolFunction } from '@oncely/agents/claude-agent';
import type { Tool } from '@oncely/core/tools';

import { inputOf, openMajorsDesk } from './majors-desk.ts';
import type { Counted } from './projects.ts';

interface Sdk {
  readonly tool: ClaudeAgentToolFunction<object>;
  readonly createSdkMcpServer: (options: { readonly name: string; readonly tools: readonly object[] }) => {
    readonly instance: { readonly connect: (to: unknown) => Promise<void> };
  };
}

// Only the fresh application has it: it brings a binary.
const name = '@anthropic-ai/claude-agent-sdk';
const { tool: claudeTool, createSdkMcpServer } = (await import(name)) as Sdk;

async function clientOf(tool: Tool, within: <T>(run: () => Promise<T>) => Promise<T>): Promise<Client> {
  const { instance } = createSdkMcpServer({
    name: 'desk',
    tools: claudeAgentTools(claudeTool, [tool], { within }),
  });
  const [one, other] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'desk', version: '1.0.0' });
  await Promise.all([instance.connect(one), client.connect(other)]);
  return client;
}

const desk = await openMajorsDesk();
const counted: Record<string, readonly [number, number]> = {};
const play = async (
  what: string,
  charge: string,
  due: number,
  inputs: readonly (readonly object[])[],
): Promise<void> => {
  const count = await desk.play(charge, false, async (tool) => {
    const within = <T>(run: () => Promise<T>): Promise<T> =>
      desk.oncely.scope({ businessId: charge, workflowId: 'refund-desk' }, run);
    for (const together of inputs) {
      // Each run as a fresh one: a server and a client of its own.
      const client = await clientOf(tool, within);
      await Promise.all(
        together.map((input) => client.callTool({ name: tool.name, arguments: input as Record<string, unknown> })),
      );
      await client.close();
    }
  });
  counted[what] = [count, due];
};
await play('(c) re-prompted', 'ch_c', 1, [[inputOf('ch_c')], [{ ...inputOf('ch_c'), currency: 'USD' }]]);
await play('(d) twice in parallel', 'ch_d', 1, [[inputOf('ch_d'), inputOf('ch_d')]]);
await play('(g) two partial refunds', 'ch_g', 2, [
  [inputOf('ch_g'), { ...inputOf('ch_g'), amount: 700, occurrence: 2 }],
]);
await desk.close();
console.log(JSON.stringify(counted satisfies Counted));
