import { isOncelyError } from '@oncely/core';
import { streamMessage, type SlackStream } from '@oncely/slack';
import type { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { sameText } from '../src/texts.ts';
import { scope, startWorld, type Process, type World } from './world.ts';

const recipient = { recipient_team_id: 'T0FAKE', recipient_user_id: 'U0ANN' };
const text = 'The refund of **10 €** is on its way. It takes three to five days, and you will be told. 👍🏽 Bye.';
const after = { kind: 'reset_after_effect' } as const;
const before = { kind: 'reset_before_effect' } as const;
/** Gives up at the first doubt. */
const hasty = { maxAttempts: 1, waitMs: 1_000, landingBoundMs: 1_500 };

async function start(): Promise<World & { readonly thread: string; readonly shown: () => Promise<unknown> }> {
  const world = await startWorld();
  const { ts: thread = '' } = await world.raw.chat.postMessage({ channel: 'C0DESK', text: 'question' });
  const shown = async (): Promise<unknown> => {
    const { messages = [] } = await world.raw.conversations.replies({ channel: 'C0DESK', ts: thread });
    return messages.slice(1).map((message) => message.text);
  };
  return { ...world, thread, shown };
}

/** Streams a text in parts of an odd length, by the durable form. */
async function speak(
  { oncely, slack }: Process,
  thread: string,
  all: string,
  steps = 7,
  seen?: (stream: SlackStream) => void,
): Promise<unknown> {
  return oncely.scope(scope, async () => {
    const to = { channel: 'C0DESK', thread_ts: thread, ...recipient };
    const stream = streamMessage(oncely, slack, 'answer', to, { pieceLength: 16 });
    seen?.(stream);
    for (let at = 0; at < all.length; at += steps) await stream.append(all.slice(at, at + steps));
    return stream.stop();
  });
}

describe('a durable stream', () => {
  it('sends each piece once, none cut inside of a character', async () => {
    const { fake, process, shown, thread } = await start();
    let stream: SlackStream | undefined;
    await speak(process(), thread, text, 7, (it) => {
      stream = it;
    });
    expect(await shown()).toEqual([text]);
    expect(stream).toMatchObject({ sent: text, ts: fake.effects('chat.startStream')[0]?.id });
    const pieces = fake.effects((effect) => effect.operation.endsWith('Stream')).map((effect) => effect.text);
    expect(pieces.join('')).toBe(text);
    for (const piece of pieces) expect(piece).toBe(piece?.toWellFormed());
  });

  it('replays whole, with nothing sent', async () => {
    const { fake, process, shown, thread } = await start();
    const first = await speak(process(), thread, text);
    const sent = fake.requests.length;
    expect(await speak(process(), thread, text, 11)).toEqual(first);
    expect(fake.requests).toHaveLength(sent);
    expect(await shown()).toEqual([text]);
  });

  // Every send of the stream in turn: the start, each append, the stop.
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('goes on behind a crash at send %i, on either side of it', async (skip) => {
    for (const fault of [after, before]) {
      const { fake, later, process, shown, thread } = await start();
      fake.fail(fault, { skip, match: ({ path }) => path.endsWith('Stream') });
      const failed = await speak(process(hasty), thread, text).catch((error: unknown) => error);
      // The stop is looked up at once, so its doubt may end in the same call.
      if (skip < 7) expect(isOncelyError(failed)).toBe(true);
      later(20_000);
      await speak(process(), thread, text, 5);
      expect(await shown(), `${fault.kind} at ${skip}`).toEqual([text]);
      expect(fake.effects('chat.startStream')).toHaveLength(1);
      expect(fake.effects('chat.stopStream')).toHaveLength(1);
    }
  });

  it('goes on with another text where the last run stood, and repeats nothing', async () => {
    const { fake, later, process, shown, thread } = await start();
    fake.fail(after, { skip: 2, match: ({ path }) => path.endsWith('Stream') });
    await speak(process(hasty), thread, text).catch(() => undefined);
    later(20_000);
    const other = text.toUpperCase();
    await speak(process(), thread, other, 3);
    expect(await shown()).toEqual([text.slice(0, 48) + other.slice(48)]);
  });

  it('sends what an earlier run had longer, before it ends', async () => {
    const { fake, later, process, shown, thread } = await start();
    fake.fail(before, { skip: 3, match: ({ path }) => path.endsWith('Stream') });
    await speak(process(hasty), thread, text).catch(() => undefined);
    later(20_000);
    await speak(process(), thread, text.slice(0, 20));
    expect(await shown()).toEqual([text.slice(0, 64)]);
    // What is over is over.
    await speak(process(), thread, text);
    expect(await shown()).toEqual([text.slice(0, 64)]);
  });

  it('stops for a person where the message says something else', async () => {
    const { fake, later, process, thread } = await start();
    fake.fail(before, { skip: 1, match: ({ path }) => path.endsWith('Stream') });
    await speak(process(hasty), thread, text).catch(() => undefined);
    await fetchAppend(fake.apiUrl, fake.effects('chat.startStream')[0]?.id ?? '');
    later(20_000);
    await expect(speak(process(), thread, text)).rejects.toMatchObject({ code: 'stopped' });
  });

  it('needs a text', async () => {
    const { process, thread } = await start();
    await expect(speak(process(), thread, '')).rejects.toThrow('has no text');
  });
});

/** Appends behind the back of the ledger. */
async function fetchAppend(apiUrl: string, ts: string): Promise<void> {
  const body = new URLSearchParams({ channel: 'C0DESK', ts, markdown_text: 'by hand', token: 'xoxb-1' });
  await fetch(`${apiUrl}chat.appendStream`, { method: 'POST', body });
}

describe("the SDK's ChatStreamer", () => {
  const speakBySdk = ({ oncely, slack }: Process, thread: string): Promise<unknown> =>
    oncely.scope(scope, async () => {
      const args = { channel: 'C0DESK', thread_ts: thread, ...recipient, buffer_size: 16 };
      const streamer = (slack as WebClient).chatStream(args);
      for (let at = 0; at < text.length; at += 7) await streamer.append({ markdown_text: text.slice(at, at + 7) });
      return streamer.stop();
    });

  it.each([0, 1, 2, 3, 4])('goes on in a scope behind a crash at send %i', async (skip) => {
    for (const fault of [after, before]) {
      const { fake, later, process, shown, thread } = await start();
      fake.fail(fault, { skip, match: ({ path }) => path.endsWith('Stream') });
      await speakBySdk(process(hasty), thread).catch(() => undefined);
      later(20_000);
      await speakBySdk(process(), thread);
      expect(await shown(), `${fault.kind} at ${skip}`).toEqual([text]);
      await speakBySdk(process(), thread);
      expect(await shown()).toEqual([text]);
    }
  });
});

describe('an append of which this process does not know what was before', () => {
  it('is not guessed at', async () => {
    const { fake, process, raw, thread } = await start();
    const stream = await raw.chat.startStream({
      channel: 'C0DESK',
      thread_ts: thread,
      ...recipient,
      markdown_text: 'a',
    });
    fake.fail(after);
    const append = process().effect((slack) =>
      slack.chat.appendStream({ channel: 'C0DESK', ts: stream.ts ?? '', markdown_text: 'b' }),
    );
    await expect(append).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('did not follow the stream from its start'),
    });
  });
});

it.each([
  ['a *b* c', 'a **b** c', true],
  ['x &amp; y', 'x & y', true],
  ['<https://a.b|the link>', '[the link](https://a.b)', true],
  ['trimmed', '  trimmed\n', true],
  ['1.00', '100', false],
  ['1 2', '12', false],
  ['10:30', '10.30', false],
  ['yes', 'no', false],
  ['', '', true],
  ['!', '?', false],
])('Slack shows %j for %j: %s', (shown, written, same) => {
  expect(sameText(shown, written)).toBe(same);
});
