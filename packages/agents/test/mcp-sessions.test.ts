import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { registerMcpTools } from '@oncely/agents/mcp';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { expect, it } from 'vitest';

const about = { name: 'desk', version: '1.0.0' };
const refund = { payment: 'ch_1', amount: 500, currency: 'usd', reason: null, occurrence: null };

it('a server opens the scope of each call from its session, whatever a client claims in _meta', async () => {
  const fake = await startStripeFake();
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const { host, port } = fake;
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe('sk_test_1', { host, port, protocol: 'http', telemetry: false, ...config }),
      ),
    },
    drainOnSigterm: false,
  });
  const tools = stripeTools(oncely.clients.stripe, { allow: ['stripe_refund_partial'] });
  const refundFor = async (tenant: string, claimed: string): Promise<unknown> => {
    const [one, other] = InMemoryTransport.createLinkedPair();
    const server = new McpServer(about);
    registerMcpTools(server, tools, {
      within: (run) => oncely.scope({ tenant, businessId: 'invoice_98342', workflowId: 'refund-desk' }, run),
    });
    const client = new Client(about);
    await Promise.all([server.connect(one), client.connect(other as never)]);
    const answer = await client.callTool({
      name: 'stripe_refund_partial',
      arguments: refund,
      _meta: { tenant: claimed, businessId: 'another' },
    });
    await client.close();
    return answer.structuredContent;
  };
  expect(await refundFor('north', 'south')).toMatchObject({ status: 'succeeded' });
  expect(await refundFor('north', 'west')).toMatchObject({ status: 'already_done' });
  const { effects } = await oncely.effects.list();
  expect(effects.map(({ contract }) => [contract.tenant, contract.businessId])).toEqual([['north', 'invoice_98342']]);
  expect(fake.effects('refunds.create')).toHaveLength(1);
  await fake.close();
});

it('a call that is sent again over another session is one effect, where the case is what it is about', async () => {
  const fake = await startStripeFake();
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const { host, port } = fake;
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe('sk_test_1', { host, port, protocol: 'http', telemetry: false, ...config }),
      ),
    },
    drainOnSigterm: false,
  });
  const tools = stripeTools(oncely.clients.stripe, { allow: ['stripe_refund_partial'] });
  const statuses: unknown[] = [];
  for (let session = 0; session < 2; session += 1) {
    const [one, other] = InMemoryTransport.createLinkedPair();
    const server = new McpServer(about);
    registerMcpTools(server, tools, {
      within: (run, _call, { tool, input }) => {
        const { payment } = input as typeof refund;
        return oncely.scope({ businessId: payment, workflowId: tool, correlationId: `session_${session}` }, run);
      },
    });
    const client = new Client(about);
    await Promise.all([server.connect(one), client.connect(other as never)]);
    const { structuredContent } = await client.callTool({ name: 'stripe_refund_partial', arguments: refund });
    statuses.push((structuredContent as { status: string }).status);
    await client.close();
  }
  expect(statuses).toEqual(['succeeded', 'already_done']);
  expect(fake.effects('refunds.create')).toHaveLength(1);
  await fake.close();
});
