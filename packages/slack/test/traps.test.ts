import { ErrorCode, WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

// Each way in which the SDK or the API is known to surprise, by its name.

type Post = ReturnType<WebClient['chat']['postMessage']>;
const post = (slack: WebClient): Post => slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });
const after = { kind: 'reset_after_effect' } as const;
const before = { kind: 'reset_before_effect' } as const;
const hasty = { maxAttempts: 1, waitMs: 1_000, landingBoundMs: 5_000 };

describe('trap: an error that Slack does not document may stand for anything', () => {
  it('is looked up, and not taken for a refusal', async () => {
    const { fake, posts, process } = await startWorld();
    const body = { ok: false, error: 'brand_new_error' };
    fake.fail({ kind: 'status', status: 200, after: 'after_effect', body });
    const result = await process().effect(post);
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
  });

  it('stops where nobody can look', async () => {
    const { fake, process } = await startWorld();
    const body = { ok: false, error: 'brand_new_error' };
    fake.fail({ kind: 'status', status: 200, after: 'after_effect', body });
    const { effect, oncely } = process();
    const ephemeral = effect((slack) => slack.chat.postEphemeral({ channel: 'C0DESK', user: 'U0ANN', text: 'x' }));
    await expect(ephemeral).rejects.toMatchObject({ code: 'stopped' });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped' });
  });

  it('as raw HTML in `data.error`, which the SDK makes of an answer that is no JSON, is looked up', async () => {
    const { fake, posts, process, raw } = await startWorld();
    fake.fail({ kind: 'not_json' });
    await expect(post(raw)).rejects.toMatchObject({ data: { error: expect.stringContaining('<html>') } });
    fake.fail({ kind: 'not_json' });
    const result = await process().effect(post);
    expect(posts().map(({ id }) => id)[1]).toBe(result.ts);
  });
});

describe('trap: a cut answer is a bare TypeError, with none of the classes of the SDK', () => {
  it('alone it says nothing of the post that happened; here it is found', async () => {
    const { fake, posts, process, raw } = await startWorld();
    fake.fail({ kind: 'truncate' });
    await expect(post(raw)).rejects.toBeInstanceOf(TypeError);
    fake.fail({ kind: 'truncate' });
    const result = await process().effect(post);
    expect(posts()).toHaveLength(2);
    expect(posts()[1]?.id).toBe(result.ts);
  });
});

describe('trap: definitely not sent', () => {
  it("is `request_timeout`, which is Slack's word for a body that did not arrive", async () => {
    const { calls, fake, posts, process } = await startWorld();
    fake.fail({ kind: 'status', status: 200, after: 'before_effect', body: { ok: false, error: 'request_timeout' } });
    await process().effect(post);
    expect([calls('chat.postMessage').length, calls('conversations.history').length, posts().length]).toEqual([
      2, 0, 1,
    ]);
  });

  it('is a refused connection', async () => {
    const { fake, process } = await startWorld();
    await fake.refuse(true);
    await expect(process({ maxAttempts: 1 }).effect(post)).rejects.toMatchObject({
      code: 'not_sent',
      cause: { code: 'ECONNREFUSED' },
    });
  });
});

describe('trap: `client_msg_id` is undocumented', () => {
  it('and is not relied on: nothing of ours is sent but the metadata', async () => {
    const { fake, process } = await startWorld();
    await process().effect(post);
    const fields = new URLSearchParams(fake.requests[0]?.body);
    expect([...fields.keys()].toSorted()).toEqual(['channel', 'metadata', 'text']);
  });
});

describe('trap: "already done" is success after a doubt only', () => {
  const react = (slack: WebClient): Promise<unknown> =>
    slack.reactions.add({ channel: 'C0DESK', timestamp: '1.000100', name: 'eyes' });

  it('asked for the first time it is the error of the SDK, and stays it', async () => {
    const { fake, process, raw } = await startWorld();
    const { ts = '' } = await post(raw);
    const write = (slack: WebClient): Promise<unknown> =>
      slack.reactions.add({ channel: 'C0DESK', timestamp: ts, name: 'eyes' });
    await write(raw);
    for (const each of [process(), process()]) {
      const error: unknown = await each.effect(write).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(WebAPIPlatformError);
      expect(error).toMatchObject({ code: ErrorCode.PlatformError, data: { error: 'already_reacted' } });
    }
    expect(fake.effects('reactions.add')).toHaveLength(1);
  });

  it('after another error in a repeat, a look decides', async () => {
    const { fake, process } = await startWorld();
    fake.fail(before);
    // The message is not there: the repeat says so, and so does the look.
    await expect(process().effect(react)).rejects.toMatchObject({ code: 'stopped' });
    expect(fake.effects('reactions.add')).toHaveLength(0);
  });

  it('`name_taken` is ours only where we are the creator', async () => {
    const { fake, process } = await startWorld();
    fake.seedChannel({ id: 'C0THEIRS', name: 'case-1' });
    fake.fail(before);
    const create = (slack: WebClient): Promise<unknown> => slack.conversations.create({ name: 'case-1' });
    await expect(process().effect(create)).rejects.toMatchObject({ data: { error: 'name_taken' } });
    const other = await startWorld();
    other.fake.fail(after);
    expect(await other.process().effect(create)).toMatchObject({ channel: { creator: 'U0FAKEBOT', name: 'case-1' } });
    expect(other.fake.effects('conversations.create')).toHaveLength(1);
  });

  it('`name_taken` is ours only where it was made in the time of the attempts', async () => {
    const { fake, later, process, raw } = await startWorld();
    const create = (slack: WebClient): Promise<unknown> => slack.conversations.create({ name: 'case-1' });
    await create(raw);
    later(3_600_000);
    fake.fail(before);
    await expect(process().effect(create)).rejects.toMatchObject({ data: { error: 'name_taken' } });
    expect(fake.effects('conversations.create')).toHaveLength(1);
  });

  it('`exchanged_trigger_id` is the modal that was opened', async () => {
    const { calls, fake, process } = await startWorld();
    fake.fail(after);
    const open = (slack: WebClient): Promise<unknown> =>
      slack.views.open({
        trigger_id: '1.2.abc',
        view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] },
      });
    expect(await process().effect(open)).toMatchObject({ ok: true });
    expect([fake.effects('views.open').length, calls('views.open').length]).toEqual([1, 2]);
  });

  it('`invalid_scheduled_message_id` may mean that it was posted', async () => {
    const { fake, later, process, raw } = await startWorld();
    const soon = Math.floor(Date.now() / 1_000) + 60;
    const { scheduled_message_id: id = '' } = await raw.chat.scheduleMessage({
      channel: 'C0DESK',
      text: 'never',
      post_at: soon,
    });
    fake.fail(before);
    const undo = (slack: WebClient): Promise<unknown> =>
      slack.chat.deleteScheduledMessage({ channel: 'C0DESK', scheduled_message_id: id });
    await expect(process(hasty).effect(undo)).rejects.toMatchObject({ code: 'in_doubt' });
    later(120_000);
    await expect(process().effect(undo)).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('it may be one of them'),
    });
    expect(fake.effects('chat.deleteScheduledMessage')).toHaveLength(0);
  });
});

describe('trap: a scheduled message is listed without metadata', () => {
  const soon = Math.floor(Date.now() / 1_000) + 60;
  const schedule = (slack: WebClient): Promise<unknown> =>
    slack.chat.scheduleMessage({ channel: 'C0DESK', text: 'tomorrow & on', post_at: soon });

  it('and once it was posted, by its marker', async () => {
    const { fake, later, posts, process, raw } = await startWorld();
    fake.fail(after);
    await expect(process(hasty).effect(schedule)).rejects.toMatchObject({ code: 'in_doubt' });
    later(120_000);
    expect(await process().effect(schedule)).toMatchObject({ ok: true, channel: 'C0DESK' });
    expect(fake.effects('chat.scheduleMessage')).toHaveLength(1);
    expect((await raw.conversations.history({ channel: 'C0DESK' })).messages).toHaveLength(1);
    expect(posts()).toHaveLength(0);
  });

  it('and one that looks alike is not taken for it, where this process knows whose it is', async () => {
    const { fake, process } = await startWorld();
    const { effect, oncely, slack } = process();
    await oncely.scope({ businessId: 'case_2', workflowId: 'test' }, () =>
      oncely.effect('write', () => schedule(slack)),
    );
    fake.fail(before);
    await effect(schedule);
    expect(fake.effects('chat.scheduleMessage')).toHaveLength(2);
    expect((await oncely.effects.get(slot))?.vendorId).toBe(`C0DESK:${fake.effects('chat.scheduleMessage')[1]?.id}`);
  });
});

describe('trap: what cannot be looked up', () => {
  it('an ephemeral message: it stops, and resends only by choice', async () => {
    const { fake, process } = await startWorld();
    fake.fail(after);
    const { oncely, slack, effect } = process();
    const write = (): Promise<unknown> =>
      slack.chat.postEphemeral({ channel: 'C0DESK', user: 'U0ANN', text: 'only you' });
    await expect(effect(write)).rejects.toMatchObject({ code: 'stopped' });
    await oncely.scope({ businessId: 'case_1', workflowId: 'test' }, () =>
      oncely.effect('write', { onDoubt: 'resend' }, write),
    );
    expect(fake.effects('chat.postEphemeral')).toHaveLength(2);
  });

  it('a message that was deleted looks as if it had never been: it is posted again', async () => {
    const { fake, later, posts, process, raw } = await startWorld();
    fake.fail(after);
    await expect(process(hasty).effect(post)).rejects.toMatchObject({ code: 'in_doubt' });
    await raw.chat.delete({ channel: 'C0DESK', ts: posts()[0]?.id ?? '' });
    later(20_000);
    await process().effect(post);
    expect(posts()).toHaveLength(2);
  });
});

describe('trap: a state that others may have changed meanwhile', () => {
  const topic = (slack: WebClient): Promise<unknown> =>
    slack.conversations.setTopic({ channel: 'C0DESK', topic: 'refunds' });

  it('is not set over what they set', async () => {
    const { fake, later, process, raw } = await startWorld();
    fake.fail(after);
    await expect(process(hasty).effect(topic)).rejects.toMatchObject({ code: 'in_doubt' });
    later(10_000);
    await raw.conversations.setTopic({ channel: 'C0DESK', topic: 'closed for today' });
    later(10_000);
    await expect(process().effect(topic)).rejects.toMatchObject({ code: 'stopped' });
    expect((await raw.conversations.info({ channel: 'C0DESK' })).channel?.topic?.value).toBe('closed for today');
    expect(fake.effects('conversations.setTopic')).toHaveLength(2);
  });
});

describe('trap: the history lags', () => {
  it('so that a message which is not in it yet is not taken for deleted', async () => {
    const { fake, posts, process, raw } = await startWorld({ historyLagMs: 60_000 });
    const { ts = '' } = await post(raw);
    fake.fail(before);
    const remove = (slack: WebClient): Promise<unknown> => slack.chat.delete({ channel: 'C0DESK', ts });
    expect(await process().effect(remove)).toEqual({
      ok: true,
      channel: 'C0DESK',
      ts,
      response_metadata: expect.any(Object),
    });
    expect(posts()).toHaveLength(1);
    expect(fake.effects('chat.delete')).toHaveLength(1);
  });
});
