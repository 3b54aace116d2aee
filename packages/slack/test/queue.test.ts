import { createOncely } from '@oncely/core';
import { oncelySlack } from '@oncely/slack';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { startWorld, token } from './world.ts';

const calls: Record<string, (slack: WebClient, text: string) => Promise<unknown>> = {
  'chat.postMessage': (slack, text) => slack.chat.postMessage({ channel: 'C1', text }),
  'a method taken off': (slack, text) => {
    const { postMessage } = slack.chat;
    return postMessage({ channel: 'C1', text });
  },
  apiCall: (slack, text) => slack.apiCall('chat.postMessage', { channel: 'C1', text }),
  'a call with bytes': (slack, text) => slack.users.setPhoto({ image: Buffer.from(text) }),
  'files.uploadV2': (slack, text) => slack.files.uploadV2({ channel_id: 'C1', filename: `${text}.txt`, content: text }),
};

describe("behind the SDK's own queue, where the program has set it", () => {
  it.each(
    Object.entries(calls).flatMap(([name, call]) => [[name, 'named', call] as const, [name, 'unnamed', call] as const]),
  )('%s, %s, is made for the case that called it', async (_name, how, call) => {
    const { fake, ledger } = await startWorld();
    const start = () =>
      createOncely({
        ledger,
        drainOnSigterm: false,
        clients: {
          slack: oncelySlack(
            (given) => new WebClient(token, { ...given, maxRequestConcurrency: 1, slackApiUrl: `${fake.url}/api/` }),
          ),
        },
      });
    const before = fake.effects().length;
    for (const orders of [
      [1, 2, 3],
      [3, 2, 1],
    ]) {
      const oncely = start();
      await Promise.all(
        orders.map((order) =>
          oncely.scope({ businessId: `order_${order}`, workflowId: 'notes' }, async () => {
            const make = (): Promise<unknown> => call(oncely.clients.slack, `Order ${order}`);
            await (how === 'named' ? oncely.effect('note', make) : make());
            await new Promise((resolve) => setTimeout(resolve, 20));
          }),
        ),
      );
    }
    const { effects } = await start().effects.list();
    expect(effects.map(({ contract }) => contract.businessId).toSorted()).toEqual(['order_1', 'order_2', 'order_3']);
    expect(fake.effects().length - before).toBe(3);
    expect(JSON.stringify([fake.requests, await ledger.list({ limit: 100 })])).not.toContain('oncely_call');
  });

  it('a method that a test has replaced stays as it was set', async () => {
    const { fake, ledger } = await startWorld();
    const stub = (): Promise<never> => Promise.reject(new Error('of the test'));
    const { slack } = createOncely({
      ledger,
      drainOnSigterm: false,
      clients: {
        slack: oncelySlack((given) => {
          const client = new WebClient(token, { ...given, slackApiUrl: `${fake.url}/api/` });
          client.chat.update = stub as never;
          return client;
        }),
      },
    }).clients;
    expect(slack.chat.update).toBe(stub);
    slack.chat.postMessage = stub as never;
    expect(slack.chat.postMessage).toBe(stub);
    expect(slack).toBeInstanceOf(WebClient);
  });
});
