import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { claudeAgentTools } from '@oncely/agents/claude-agent';
import { readTool, type Tool } from '@oncely/core/tools';
import { describe, expect, it } from 'vitest';
import { fromJSONSchema, z } from 'zod';

import type { Framework } from './desk.ts';
import { frameworks } from './frameworks/all.ts';

// What may be left out is left out by some models, written as null by others, and given as undefined by some code.

/** The Claude Agent SDK registers its tools on a server like this. */
const claude: Framework = {
  name: 'Claude Agent SDK',
  packages: [],
  run: async (tool, script) => {
    const server = new McpServer({ name: 'desk', version: '1.0.0' });
    claudeAgentTools(
      (name, description, inputSchema, handler) =>
        server.registerTool(name, { description, inputSchema }, handler as never),
      [tool],
      { fromJsonSchema: fromJSONSchema },
    );
    const [one, other] = InMemoryTransport.createLinkedPair();
    const client = new ClientV1({ name: 'desk', version: '1.0.0' });
    await Promise.all([server.connect(one), client.connect(other)]);
    for (const { input } of script.flat()) await client.callTool({ name: tool.name, arguments: input });
    await client.close();
  },
};

const row = { sku: z.string(), gift: z.boolean().optional() };

function noting(seen: unknown[]): Tool {
  return readTool({
    name: 'look_up',
    title: 'Look up',
    description: 'Looks something up.',
    inputSchema: z.object({
      item: z.string(),
      note: z.string().optional(),
      tag: z.string().nullable(),
      both: z.number().int().min(1).nullish(),
      rows: z.array(z.object(row)).optional(),
    }),
    outputSchema: z.object({}),
    read: async (input) => {
      seen.push(input);
      return {};
    },
  }) as Tool;
}

const inputs: [string, Readonly<Record<string, unknown>>, object?][] = [
  ['is left out', { item: 'tea' }],
  ['is null', { item: 'tea', note: null, tag: null, both: null, rows: null }],
  ['is undefined', { item: 'tea', note: undefined, tag: undefined, both: undefined, rows: undefined }],
  ['is null further down', { item: 'tea', tag: null, rows: [{ sku: 'a', gift: null }] }, { rows: [{ sku: 'a' }] }],
  ['is there', { item: 'tea', note: 'n', tag: 't', both: 2 }, { note: 'n', tag: 't', both: 2 }],
];

describe.each([...frameworks, claude].map((framework) => [framework.name, framework] as const))(
  '%s',
  (_name, framework) => {
    // LangChain's own validation of a JSON schema throws for undefined, which no JSON of a model has.
    const taken = inputs.filter(([what]) => !(framework.name.startsWith('LangGraph') && what === 'is undefined'));
    it.each(taken)('takes a field that %s', async (_what, input, more = {}) => {
      const seen: unknown[] = [];
      await framework.run(noting(seen), [[{ id: 'call_1', input }]]);
      expect(seen).toEqual([{ item: 'tea', ...more }]);
    });

    it('lets nothing through that is wrong', async () => {
      const seen: unknown[] = [];
      await framework.run(noting(seen), [[{ id: 'call_1', input: { item: 5, note: null } }]]).catch(() => undefined);
      expect(seen).toEqual([]);
    });
  },
);
