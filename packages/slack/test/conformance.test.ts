import {
  adapterConformance,
  httpFaultOf,
  httpFaults,
  type AdapterInput,
  type AdapterKit,
} from '@oncely/testing/conformance/adapter';
import { startSlackFake } from '@oncely/testing/fakes/slack';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { isWrite } from '../src/methods.ts';
import { addressOf, startProcess, token } from './world.ts';

interface Subject {
  readonly method: string;
  readonly safety: AdapterKit['safety'];
  readonly changed: AdapterKit['changed'];
  /** `ts` is a message that is there. */
  readonly write: (slack: WebClient, input: AdapterInput, ts: string) => Promise<unknown>;
}

const tomorrow = Math.floor(Date.now() / 1_000) + 24 * 3_600;
const pick = <T>(input: AdapterInput, usual: T, changed: T, refused: T): T => ({ usual, changed, refused })[input];

const subjects: readonly Subject[] = [
  {
    method: 'chat.postMessage',
    safety: 'probed',
    changed: { field: 'channel', value: 'C0OTHER' },
    write: (slack, input) =>
      slack.chat.postMessage({
        channel: pick(input, 'C0DESK', 'C0OTHER', 'C0DESK'),
        text: pick(input, 'refunded: 10 € & more', 'refunded: 10 € & more', 'x'.repeat(40_001)),
      }),
  },
  {
    method: 'reactions.add',
    safety: 'constrained',
    changed: { field: 'name', value: 'tada' },
    write: (slack, input, ts) =>
      slack.reactions.add({
        channel: 'C0DESK',
        timestamp: pick(input, ts, ts, '1.000100'),
        name: pick(input, 'eyes', 'tada', 'eyes'),
      }),
  },
  {
    method: 'chat.update',
    safety: 'natural',
    changed: { field: 'channel', value: 'C0OTHER' },
    write: (slack, input, ts) =>
      slack.chat.update({
        channel: pick(input, 'C0DESK', 'C0OTHER', 'C0DESK'),
        ts: pick(input, ts, ts, '1.000100'),
        text: 'mended',
      }),
  },
  {
    method: 'chat.postEphemeral',
    safety: 'unverifiable',
    changed: { field: 'channel', value: 'C0OTHER' },
    write: (slack, input) =>
      slack.chat.postEphemeral({
        channel: pick(input, 'C0DESK', 'C0OTHER', 'C0DESK'),
        user: 'U0ANN',
        text: pick(input, 'only you', 'only you', ''),
      }),
  },
  {
    method: 'chat.scheduleMessage',
    safety: 'probed',
    changed: { field: 'channel', value: 'C0OTHER' },
    write: (slack, input) =>
      slack.chat.scheduleMessage({
        channel: pick(input, 'C0DESK', 'C0OTHER', 'C0DESK'),
        text: 'tomorrow',
        post_at: pick(input, tomorrow, tomorrow, 1),
      }),
  },
  {
    method: 'bookmarks.add',
    safety: 'probed',
    changed: { field: 'link', value: 'https://example.com/other' },
    write: (slack, input) =>
      slack.bookmarks.add({
        channel_id: 'C0DESK',
        title: pick(input, 'Desk', 'Desk', ''),
        type: 'link',
        link: pick(input, 'https://example.com', 'https://example.com/other', 'https://example.com'),
      }),
  },
  {
    method: 'conversations.create',
    safety: 'constrained',
    changed: { field: 'name', value: 'case-2' },
    write: (slack, input) => slack.conversations.create({ name: pick(input, 'case-1', 'case-2', 'Case 1') }),
  },
];

function kitOf({ method, safety, changed, write }: Subject): AdapterKit {
  return {
    operation: `slack.${method}`,
    safety,
    faults: httpFaults,
    secret: token,
    changed,
    async open() {
      const fake = await startSlackFake();
      const { ts = '' } = await new WebClient(token, addressOf(fake)).chat.postMessage({
        channel: 'C0DESK',
        text: 'one',
      });
      const before = fake.effects(method).length;
      const seeded = fake.requests.length;
      return {
        fail: (fault) => fake.fail(httpFaultOf(fault)),
        refuse: (refused) => fake.refuse(refused),
        ...(safety === 'constrained' && {
          blind: (blind: boolean) => {
            if (!blind) return fake.heal();
            const broken = { kind: 'status', status: 500, after: 'before_effect' } as const;
            fake.fail(broken, { match: ({ path }) => !isWrite(path.replace('/api/', '')), times: 1_000 });
          },
        }),
        effects: () => fake.effects(method).length - before,
        sent: () => fake.requests.slice(seeded).filter(({ path }) => path === `/api/${method}`).length,
        verify: (result) => {
          const made = fake.effects(method).at(-1);
          expect(result).toMatchObject(
            method === 'chat.postMessage' ? { ok: true, ts: made?.id, channel: 'C0DESK' } : { ok: true },
          );
        },
        start: (ledger, settings) => {
          const { oncely, slack } = startProcess(fake, ledger, settings);
          return { oncely, write: (input) => write(slack, input, ts), read: () => slack.auth.test() };
        },
        close: () => fake.close(),
      };
    },
  };
}

describe.concurrent.each(subjects.map(kitOf))('$operation', (kit) => {
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});
