import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as InMemoryTransportV1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { registerMcpTools, registerMcpV1Tools } from '@oncely/agents/mcp';
import type { Tool } from '@oncely/core/tools';
import { fromJSONSchema } from 'zod';

import type { Framework, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

const about = { name: 'desk', version: '1.0.0' };

interface McpClient {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

/** MCP has no model of its own: the client makes the calls of a script, those of one response in parallel. */
async function follow(client: McpClient, tool: Tool, script: Script): Promise<void> {
  for (const calls of script) {
    await Promise.all(calls.map(({ input }) => client.callTool({ name: tool.name, arguments: { ...input } })));
  }
  await client.close();
}

export const mcp: Framework = {
  name: 'MCP v2',
  packages: [versionOf('@modelcontextprotocol/server'), versionOf('@modelcontextprotocol/client')],
  run: async (tool, script) => {
    const [one, other] = InMemoryTransport.createLinkedPair();
    const server = new McpServer(about);
    registerMcpTools(server, [tool]);
    const client = new ClientV2(about);
    await Promise.all([server.connect(one), client.connect(other as never)]);
    await follow(client, tool, script);
  },
};

export const mcpV1: Framework = {
  name: 'MCP v1',
  packages: [versionOf('@modelcontextprotocol/sdk')],
  run: async (tool, script) => {
    const [one, other] = InMemoryTransportV1.createLinkedPair();
    const server = new McpServerV1(about);
    registerMcpV1Tools(server, [tool], { fromJsonSchema: fromJSONSchema });
    const client = new ClientV1(about);
    await Promise.all([server.connect(one), client.connect(other)]);
    await follow(client as McpClient, tool, script);
  },
};
