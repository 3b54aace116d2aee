/** The refund desk as an MCP server: a session belongs to one ticket, whatever its client says. */
import { InMemoryTransport, McpServer, type Transport } from '@modelcontextprotocol/server';
import { registerMcpTools } from '@oncely/agents/mcp';

import type { Desk, Ticket } from './desk.ts';
import { mockHost } from './models/mcp.ts';

async function serve(transport: Transport, ticketId: string, { oncely, tools }: Desk): Promise<void> {
  const server = new McpServer({ name: 'refund-desk', version: '1.0.0' });
  registerMcpTools(server, tools, {
    // There is no run to open a scope around, so each call opens it: from the session, never from the client's `_meta`.
    within: (run) => oncely.scope({ businessId: ticketId, workflowId: 'refund-desk' }, run),
  });
  await server.connect(transport);
}

/** In production `serve` gets a transport of stdio or HTTP, and the client is somebody else's program. */
export async function agent(ticket: Ticket, desk: Desk): Promise<string> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await serve(ours, ticket.id, desk);
  return mockHost(theirs, ticket.text);
}
