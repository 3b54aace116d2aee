import assert from 'node:assert/strict';

import { oncelySlack, streamMessage } from '@oncely/slack';
import { startSlackFake } from '@oncely/testing/fakes/slack';
import { exploreSchedules, type ScheduledVendor } from '@oncely/testing/schedules/explore-schedule';
import { WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';

import type { Ids } from '../subject.ts';
import { desk } from '../subject-parts.ts';
import { subjects, titleOf } from '../subjects.ts';
import { addressOf, rawClient, token } from '../world.ts';

/** A part of them; all 2,000 by `npm run soak:schedules`. */
const seeds = Number(process.env['ONCELY_SCHEDULES'] ?? 500);

const operations = subjects.map((subject) => ({
  name: titleOf(subject),
  effect: subject.method,
  mayStop: subject.found === 'person' || subject.mayStop !== undefined,
  // What sets a state may be set again where nothing shows it.
  mayRepeat: subject.method === 'views.publish',
  before: async (raw: WebClient) => [JSON.stringify((await subject.before?.(raw)) ?? {})],
  write: async (slack: WebClient, [ids = '']: readonly string[]) => {
    await subject.write(slack, JSON.parse(ids) as Ids);
    return undefined;
  },
}));

const answer = 'The refund of **10 €** is on its way. It takes three to five days. 👍🏽 Bye.';
const recipient = { recipient_team_id: 'T0FAKE', recipient_user_id: 'U0ANN' };
const pieceLength = 16;

/** An answer as a model gives it, from its beginning again in each run: a start, appends and a stop. */
const streamed: ScheduledVendor<WebClient>['operations'][number] = {
  name: 'streamMessage',
  effect: 'stream',
  inputs: Math.ceil(answer.length / pieceLength) + 1,
  several: true,
  mayStop: false,
  before: async (raw) => [(await raw.chat.postMessage({ channel: desk, text: 'question' })).ts ?? ''],
  write: async (slack, [thread_ts = ''], oncely) => {
    const stream = streamMessage(oncely, slack, 'answer', { channel: desk, thread_ts, ...recipient }, { pieceLength });
    for (let at = 0; at < answer.length; at += 7) await stream.append(answer.slice(at, at + 7));
    await stream.stop();
    return undefined;
  },
  check: async (raw, [ts = '']) => {
    const { messages = [] } = await raw.conversations.replies({ channel: desk, ts });
    assert.deepEqual(
      messages.slice(1).map(({ text }) => text),
      [answer],
    );
  },
};

const vendor: ScheduledVendor<WebClient> = {
  // A stream has many sends: more often, so that deaths come to each of them.
  operations: [...operations, streamed, streamed, streamed],
  // What is to be posted later is told by the time of day.
  startsAt: Date.now(),
  start: async ({ now, sleep }, random) => {
    const fake = await startSlackFake({
      now,
      historyLagMs: random() < 0.3 ? 1_500 : 0,
      fileShareLagMs: random() < 0.5 ? 30_000 : 0,
    });
    const effects = (method: string): readonly { readonly id: string }[] =>
      fake
        .effects(({ operation }) => (method === 'stream' ? operation.endsWith('Stream') : operation === method))
        .map(({ channel, id }) => ({ id: `${channel}:${id}` }));
    return {
      fake: { ...fake, effects },
      raw: rawClient(fake),
      adapter: (httpAgent) =>
        oncelySlack((config) => new WebClient(token, { ...addressOf(fake), ...config }), {
          landingBoundMs: 2_000,
          httpAgent,
          sleep,
        }),
    };
  },
  endsNothing: (error) => {
    const { name, message } = error as Error;
    // A read or an upload before the effect fails as it does without us.
    const ofReads = /^(WebAPIRateLimitedError|WebAPIRequestError|WebAPIHTTPError|TypeError)$/.test(name);
    return ofReads || /Failed to upload|Retry header did not contain|internal_error|<html>/.test(message);
  },
};

it(
  `I1 I2 I3 I9: ${seeds} seeded schedules of failing lines and dying processes over ${operations.length} kinds of write and whole streams, one effect each`,
  { timeout: 1_800_000 },
  async () => {
    expect(await exploreSchedules(() => vendor, seeds)).toHaveLength(seeds);
  },
);
