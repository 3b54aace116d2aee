import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { claudeAgentTools, type ClaudeAgentToolFunction } from '@oncely/agents/claude-agent';
import type { Tool, ToolContext } from '@oncely/core/tools';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromJSONSchema } from 'zod';

import { openApprovalDesk, refund, type ApprovalDesk } from './approval-desk.ts';

// The SDK brings a binary of its own, too heavy for this; `npm run check:majors` runs the scenarios with the real one.
// Its `tool` keeps its arguments, and `createSdkMcpServer` registers them on a server of the MCP SDK, as here.
interface Kept {
  readonly name: string;
  readonly register: (server: McpServer) => void;
}
const tool: ClaudeAgentToolFunction<Kept> = (name, description, inputSchema, handler, extras) => ({
  name,
  register: (server) => void server.registerTool(name, { description, inputSchema, ...extras }, handler as never),
});

let desk: ApprovalDesk;
beforeEach(async () => {
  desk = await openApprovalDesk();
});
afterEach(() => desk.close());

async function connected(tools: readonly Kept[]): Promise<Client> {
  const [one, other] = InMemoryTransport.createLinkedPair();
  const server = new McpServer({ name: 'desk', version: '1.0.0' });
  for (const each of tools) each.register(server);
  const client = new Client({ name: 'desk', version: '1.0.0' });
  await Promise.all([server.connect(one), client.connect(other)]);
  return client;
}

describe('a server of the Claude Agent SDK', () => {
  it('opens the scope of each call by `within`, and makes it once', async () => {
    const program = desk.program({ approval: 'none' });
    const seen: ToolContext[] = [];
    const noting: Tool = {
      ...program.tool,
      execute: (input, context = {}) => {
        seen.push(context);
        return program.tool.execute(input, context);
      },
    };
    const client = await connected(claudeAgentTools(tool, [noting], { within: (run) => program.at(run) }));
    const { tools } = await client.listTools();
    expect(tools[0]?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true });
    const request = { name: program.tool.name, arguments: { ...refund.input } };
    const texts = [];
    for (let times = 0; times < 2; times += 1) {
      const { content } = await client.callTool(request);
      texts.push((JSON.parse((content as { text: string }[])[0]?.text ?? '') as { status: string }).status);
    }
    expect(texts).toEqual(['succeeded', 'already_done']);
    expect(seen[0]).toMatchObject({ framework: 'claude-agent', toolCallId: expect.stringMatching(/^\d+$/) });
    expect(desk.refunds()).toBe(1);
  });

  it('takes a schema of another maker by its JSON schema, and says so where it cannot', () => {
    const { tool: given } = desk.program();
    const other: Tool = { ...given, inputSchema: { '~standard': given.inputSchema['~standard'] } };
    expect(() => claudeAgentTools(tool, [other])).toThrow(/no zod object/);
    const shapes: object[] = [];
    claudeAgentTools((_name, _description, shape: object) => shapes.push(shape), [other], {
      fromJsonSchema: fromJSONSchema,
    });
    expect(Object.keys(shapes[0] ?? {})).toEqual(['payment', 'amount', 'currency', 'reason', 'occurrence']);
  });
});
