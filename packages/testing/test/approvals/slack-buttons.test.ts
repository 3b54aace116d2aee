import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { createOncely, isOncelyError, type Ledger, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { approvalMessage, approvalRoute, approvalStep, handleApproval, oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { startSlackFake, type SlackFake } from '@oncely/testing/fakes/slack';
import { slackClick, takeSlackReplies, type SlackClickRequest } from '@oncely/testing/fakes/slack-click';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import { LogLevel, WebClient } from '@slack/web-api';
import Stripe from 'stripe';
import { afterAll, expect, it } from 'vitest';

const signingSecret = 'e6b19c573432dcc6b075501d51b51bb8';
const channel = 'C0DESK';
const scope = { businessId: 'invoice_98342', workflowId: 'refund-desk' } as const;

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function startVendors(): Promise<{ stripe: StripeFake; slack: SlackFake }> {
  const [stripe, slack] = await Promise.all([startStripeFake(), startSlackFake()]);
  closing.push(
    () => stripe.close(),
    () => slack.close(),
  );
  stripe.seedCharge({ id: 'ch_1', amount: 5_000, currency: 'eur' });
  return { stripe, slack };
}

/** One process of the agent, or of the server that takes the clicks: all share the ledger and nothing else. */
function startProcess({ stripe, slack }: { stripe: StripeFake; slack: SlackFake }, ledger: Ledger) {
  const oncely = createOncely({
    ledger,
    clients: {
      stripe: oncelyStripe(
        (config) =>
          new Stripe('sk_test_RecognisableSecret', {
            ...config,
            host: stripe.host,
            port: stripe.port,
            protocol: 'http',
            telemetry: false,
          }),
        { landingBoundMs: 40 },
      ),
      slack: oncelySlack(
        (config) => new WebClient('xoxb-any', { slackApiUrl: slack.apiUrl, logLevel: LogLevel.ERROR, ...config }),
        { landingBoundMs: 40 },
      ),
    },
    drainOnSigterm: false,
  });
  /** One run of the agent: `undefined` while people have not decided. */
  const run = (amount = 1_000): Promise<string | undefined> =>
    oncely.scope(scope, async () => {
      try {
        const refund = await oncely.effect('refund', { approval: 'required' }, () =>
          oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount }),
        );
        return refund.id;
      } catch (error) {
        if (!isOncelyError(error) || error.code !== 'approval_required') throw error;
        const effect = await oncely.effects.get(error.effect ?? '');
        if (!effect) throw error;
        await oncely.effect(approvalStep(effect), () =>
          oncely.clients.slack.chat.postMessage({
            channel,
            ...approvalMessage(effect, { detail: `Refund ${amount} cents` }),
          }),
        );
        return undefined;
      }
    });
  return { oncely, run };
}

/** The server that Slack sends clicks to, as the web-standard route behind a real socket. */
async function startServer(oncely: Pick<Oncely, 'effects'>) {
  const { fetch: reply, replies } = takeSlackReplies();
  const work: Promise<unknown>[] = [];
  const route = approvalRoute(
    handleApproval({ oncely, signingSecret: ['the-next-secret', signingSecret], fetch: reply }),
    {
      after: (outcome) => work.push(outcome),
    },
  );
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const pieces: Buffer[] = [];
      for await (const piece of incoming) pieces.push(piece as Buffer);
      const response = await route(
        new Request('http://desk.example/slack', {
          method: 'POST',
          headers: incoming.headers as Record<string, string>,
          body: Buffer.concat(pieces),
        }),
      );
      outgoing.writeHead(response.status).end(await response.text());
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`;
  return {
    replies,
    /** What Slack is answered, once all that comes behind the answer is done. */
    deliver: async ({ headers, body }: SlackClickRequest): Promise<number> => {
      const { status } = await fetch(url, { method: 'POST', headers: { ...headers }, body });
      await Promise.all(work);
      return status;
    },
  };
}

async function messagesIn(slack: SlackFake) {
  const raw = new WebClient('xoxb-any', { slackApiUrl: slack.apiUrl, logLevel: LogLevel.ERROR });
  const { messages = [] } = await raw.conversations.history({ channel });
  return messages;
}

it('a refund that was approved by a click is made once, however often agent, message and click are repeated', async () => {
  const vendors = await startVendors();
  const { stripe, slack } = vendors;
  const ledger = memoryLedger();

  // The message's answer is lost, the agent dies, and another process runs it again.
  slack.fail({ kind: 'reset_after_effect' }, { match: ({ path }) => path === '/api/chat.postMessage' });
  expect(await startProcess(vendors, ledger).run()).toBeUndefined();
  expect(await startProcess(vendors, ledger).run()).toBeUndefined();
  expect(stripe.effects('refunds.create')).toHaveLength(0);
  expect(slack.effects('chat.postMessage')).toHaveLength(1);

  const [message = {}] = await messagesIn(slack);
  expect(JSON.stringify(message)).toContain('Refund 1000 cents');
  // What core keeps for people of the input.
  expect(JSON.stringify(message)).toContain('ch_1');
  const click = (button: string, user: string): SlackClickRequest =>
    slackClick({
      message: message as Parameters<typeof slackClick>[0]['message'],
      channel,
      button,
      user: { id: user, name: user.toLowerCase() },
      signingSecret,
      now: Date.now(),
    });
  const { oncely } = startProcess(vendors, ledger);
  const server = await startServer(oncely);
  const approved = click('Approve', 'U0ANN');
  expect(await server.deliver({ ...approved, body: approved.body.replace('approve', 'decline') })).toBe(401);
  expect((await oncely.effects.get({ ...scope, stepId: 'refund', logicVersion: 1 }))?.approval?.state).toBe('pending');
  expect(await server.deliver(approved)).toBe(200);
  expect(await server.deliver(approved)).toBe(200);
  expect(await server.deliver(click('Decline', 'U0BOB'))).toBe(200);
  expect(JSON.stringify(server.replies[0]?.body)).toContain('*Approved* by <@U0ANN>');
  expect(server.replies.map(({ body }) => body.text).join('\n')).toContain('it was approved by <@U0ANN> before');

  const runs = await Promise.all(Array.from({ length: 10 }, () => startProcess(vendors, ledger).run()));
  expect(new Set(runs)).toEqual(new Set([stripe.effects('refunds.create')[0]?.id]));
  expect(stripe.effects('refunds.create')).toHaveLength(1);
  expect(slack.effects('chat.postMessage')).toHaveLength(1);
  const history = await oncely.effects.history({ ...scope, stepId: 'refund', logicVersion: 1 });
  expect(history.filter(({ event }) => event['type'] === 'decided')).toMatchObject([
    { event: { decision: 'approve', by: 'slack:U0ANN' } },
  ]);
});

it('an agent that changes its mind asks anew in a message of its own, and the old one approves nothing', async () => {
  const vendors = await startVendors();
  const { stripe, slack } = vendors;
  const ledger = memoryLedger();
  const { oncely, run } = startProcess(vendors, ledger);
  const server = await startServer(oncely);
  await run(1_000);
  await run(2_000);
  expect(slack.effects('chat.postMessage')).toHaveLength(2);
  const messages = await messagesIn(slack);
  const click = (amount: number): SlackClickRequest =>
    slackClick({
      message: messages.find(({ text }) => text?.includes(`Refund ${amount} cents`)) as Parameters<
        typeof slackClick
      >[0]['message'],
      channel,
      button: 'Approve',
      user: { id: 'U0ANN' },
      signingSecret,
      now: Date.now(),
    });
  expect(await server.deliver(click(1_000))).toBe(200);
  expect(JSON.stringify(server.replies.at(-1)?.body)).toContain('Out of date');
  expect(await run(2_000)).toBeUndefined();
  expect(stripe.effects('refunds.create')).toHaveLength(0);
  await server.deliver(click(2_000));
  expect(await run(2_000)).toBe(stripe.effects('refunds.create')[0]?.id);
  expect(stripe.effects('refunds.create').map(({ params }) => params['amount'])).toEqual(['2000']);
});
