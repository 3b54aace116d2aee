import { compensable, compensationOf } from '@oncely/slack';
import type { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { subjects, titleOf } from './subjects.ts';
import { slot, startWorld } from './world.ts';

const undoSlot = slot.replace(/:([^:]*)$/, '@undo:$1');
const ann = { by: 'ann' };
const named = (title: string): (typeof subjects)[number] => {
  const found = subjects.find((subject) => titleOf(subject) === title);
  if (!found) throw new Error(`no subject ${title}`);
  return found;
};

interface Undone {
  readonly of: string;
  /** By which method, and what the fake calls it. */
  readonly by: string;
  /** What says that it is undone. */
  readonly proof: (raw: WebClient, vendorId: readonly string[]) => Promise<unknown>;
}

const isGone = async (raw: WebClient, [channel = '', ts = '']: readonly string[]): Promise<boolean> => {
  const { messages = [] } = await raw.conversations.history({ channel });
  return messages.every((message) => message.ts !== ts);
};
const rejects = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => false,
    () => true,
  );

const all: readonly Undone[] = [
  { of: 'chat.postMessage in a channel', by: 'chat.delete', proof: isGone },
  { of: 'chat.postMessage to a person', by: 'chat.delete', proof: isGone },
  { of: 'chat.meMessage', by: 'chat.delete', proof: isGone },
  {
    of: 'chat.scheduleMessage',
    by: 'chat.deleteScheduledMessage',
    proof: async (raw) => (await raw.chat.scheduledMessages.list({})).scheduled_messages?.length === 0,
  },
  {
    of: 'reactions.add',
    by: 'reactions.remove',
    proof: async (raw, [channel = '', timestamp = '']) =>
      ((await raw.reactions.get({ channel, timestamp })).message?.reactions ?? []).length === 0,
  },
  {
    of: 'pins.add',
    by: 'pins.remove',
    proof: async (raw, [channel = '']) => (await raw.pins.list({ channel })).items?.length === 0,
  },
  {
    of: 'bookmarks.add',
    by: 'bookmarks.remove',
    proof: async (raw, [channel = '']) => (await raw.bookmarks.list({ channel_id: channel })).bookmarks?.length === 0,
  },
  {
    of: 'reminders.add',
    by: 'reminders.delete',
    proof: async (raw) => (await raw.reminders.list()).reminders?.length === 0,
  },
  {
    of: 'files.completeUploadExternal files.uploadV2',
    by: 'files.delete',
    proof: (raw, [file = '']) => rejects(raw.files.info({ file })),
  },
  { of: 'canvases.create', by: 'canvases.delete', proof: (raw, [file = '']) => rejects(raw.files.info({ file })) },
  {
    of: 'conversations.create',
    by: 'conversations.archive',
    proof: async (raw, [channel = '']) => (await raw.conversations.info({ channel })).channel?.is_archived,
  },
  {
    of: 'conversations.archive',
    by: 'conversations.unarchive',
    proof: async (raw, [channel = '']) => (await raw.conversations.info({ channel })).channel?.is_archived === false,
  },
];

describe.concurrent.each(all.map((each) => [each.of, each] as const))('undoing %s', (_title, { of, by, proof }) => {
  const subject = named(of);

  it('is an effect of its own, which happens once', async () => {
    const { fake, process, raw } = await startWorld();
    const ids = (await subject.before?.(raw)) ?? {};
    const first = process();
    await first.effect((slack) => subject.write(slack, ids));
    const vendorId = (await first.oncely.effects.get(slot))?.vendorId?.split(':') ?? [];
    expect(await proof(raw, vendorId)).not.toBe(true);
    const earlier = fake.effects(by).length;
    const done = await first.oncely.effects.compensate(slot, ann);
    expect(done).toMatchObject({ state: 'compensated', compensation: { by: 'ann', slot: undoSlot } });
    expect(await first.oncely.effects.get(undoSlot)).toMatchObject({ operation: `slack.${by}` });
    expect(await proof(raw, vendorId)).toBe(true);
    const other = process();
    expect(await other.oncely.effects.compensate(slot, ann)).toEqual(done);
    expect(fake.effects(by).length - earlier).toBe(1);
  });

  it('goes on after a crash in the middle of it', async () => {
    const { fake, later, process, raw } = await startWorld();
    const ids = (await subject.before?.(raw)) ?? {};
    const first = process({ maxAttempts: 1, waitMs: 1_000, landingBoundMs: 5_000 });
    await first.effect((slack) => subject.write(slack, ids));
    const vendorId = (await first.oncely.effects.get(slot))?.vendorId?.split(':') ?? [];
    const earlier = fake.effects(by).length;
    fake.fail({ kind: 'reset_after_effect' }, { match: ({ path }) => path === `/api/${by}` });
    await first.oncely.effects.compensate(slot, ann).catch(() => undefined);
    later(20_000);
    const other = process();
    await other.oncely.recover();
    await other.oncely.recover();
    expect(await other.oncely.effects.get(slot)).toMatchObject({ state: 'compensated' });
    expect(fake.effects(by).length - earlier).toBe(1);
    expect(await proof(raw, vendorId)).toBe(true);
  });
});

describe('what is not undone', () => {
  it('is said, and nothing is sent', async () => {
    const { fake, process, raw } = await startWorld();
    const { effect, oncely } = process();
    await effect((client) => client.chat.postEphemeral({ channel: 'C0DESK', user: 'U0ANN', text: 'only you' }));
    const before = fake.effects().length;
    expect((await oncely.effects.compensate(slot, ann)).compensation).toMatchObject({ state: 'by_hand' });
    const of = (operation: string, state: string, vendorId = 'C0DESK:1.000100'): unknown =>
      compensationOf(raw, { operation, state: state as 'succeeded', vendorId });
    expect(await of('slack.chat.postMessage', 'in_doubt')).toMatchObject({ kind: 'impossible' });
    expect(await of('slack.chat.postMessage', 'rejected')).toMatchObject({ kind: 'nothing' });
    expect(await of('slack.chat.postMessage', 'succeeded')).toEqual({ kind: 'nothing', why: 'the message is gone' });
    expect(await of('slack.files.completeUploadExternal', 'succeeded', 'F1,F2')).toMatchObject({ kind: 'impossible' });
    expect(fake.effects()).toHaveLength(before);
  });

  it('scheduled and posted meanwhile, is deleted as the message that it became', async () => {
    const { raw } = await startWorld();
    const { ts = '' } = await raw.chat.postMessage({ channel: 'C0DESK', text: 'it was posted' });
    const operation = 'slack.chat.scheduleMessage';
    expect(await compensationOf(raw, { operation, state: 'succeeded', vendorId: `C0DESK:${ts}` })).toEqual({
      kind: 'write',
      operation: 'slack.chat.delete',
      parameters: { channel: 'C0DESK', ts },
    });
  });

  it('has a plan for each operation that is named as compensable', () => {
    const undone = all.map(({ of }) => `slack.${of.split(' ')[0]}`);
    expect(new Set([...undone, 'slack.chat.startStream'])).toEqual(new Set(compensable));
  });
});
