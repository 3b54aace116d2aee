import { Client } from '@modelcontextprotocol/client';
import type { Transport } from '@modelcontextprotocol/server';

import { think } from './think.ts';

/** The program of somebody else: a client with a model, which calls the tools of a server until it has an answer. */
export async function mockHost(transport: Transport, prompt: string): Promise<string> {
  const client = new Client({ name: 'host', version: '1.0.0' });
  await client.connect(transport as never);
  try {
    const conversation: unknown[] = [prompt];
    for (;;) {
      const next = think(conversation);
      if (next.kind === 'words') return next.text;
      conversation.push(await client.callTool({ name: next.name, arguments: { ...next.input } }));
    }
  } finally {
    await client.close();
  }
}
