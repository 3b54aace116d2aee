import { createServer, request as httpRequest, Agent, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';

import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';
import { afterAll, describe, expect, it } from 'vitest';

import { addressOf, apiKey, scope, startWorld } from './world.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** A forward proxy that notes what goes through it. */
async function startProxy(): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const forward: RequestListener = (incoming, response) => {
    seen.push(`${incoming.method} ${new URL(incoming.url ?? '').pathname}`);
    const { method, headers } = incoming;
    const onward = httpRequest(incoming.url ?? '', { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  };
  const proxy = createServer(forward).listen(0, '127.0.0.1');
  servers.push(proxy);
  await once(proxy, 'listening');
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen };
}

describe("the user's own agent", () => {
  it('carries writes, resends, look-ups and reads, here through a proxy', async () => {
    const { fake } = await startWorld();
    const proxy = await startProxy();
    const httpAgent = new Agent({ keepAlive: true, proxyEnv: { HTTP_PROXY: proxy.url } } as object);
    const oncely = createOncely({
      ledger: memoryLedger(),
      clients: {
        stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config }), {
          httpAgent,
          landingBoundMs: 40,
          lookBeforeResend: false,
        }),
      },
      drainOnSigterm: false,
    });
    const { stripe } = oncely.clients;
    fake.fail({ kind: 'reset_after_effect' });
    const customer = await oncely.scope(scope, () => oncely.effect('write', () => stripe.customers.create()));
    fake.fail({ kind: 'reset_after_effect' });
    await oncely.scope(scope, () => oncely.effect('gone', () => stripe.customers.del(customer.id)));
    await stripe.customers.list();
    const path = `/v1/customers/${customer.id}`;
    expect(proxy.seen).toEqual([
      'POST /v1/customers',
      'POST /v1/customers',
      `DELETE ${path}`,
      `GET ${path}`,
      'GET /v1/customers',
    ]);
    expect(fake.requests).toHaveLength(5);
    httpAgent.destroy();
  });

  it('is the only one that opens connections', async () => {
    const { fake } = await startWorld();
    let opened = 0;
    class Counting extends Agent {
      override createConnection(options: { port: number; host: string }): ReturnType<typeof connect> {
        opened += 1;
        return connect(options);
      }
    }
    const httpAgent = new Counting({ keepAlive: true, maxSockets: 1 });
    const oncely = createOncely({
      ledger: memoryLedger(),
      clients: {
        stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config }), {
          httpAgent,
          landingBoundMs: 40,
        }),
      },
      drainOnSigterm: false,
    });
    const { stripe } = oncely.clients;
    await oncely.scope(scope, () => oncely.effect('write', () => stripe.customers.create()));
    await stripe.customers.list();
    expect([opened, fake.requests.length]).toEqual([1, 2]);
    httpAgent.destroy();
  });
});
