import { defaultSlackIdentity, type SlackFake } from '@oncely/testing/fakes/slack';
import { LogLevel, WebClient, type ViewsOpenArguments } from '@slack/web-api';

/** An answer of the fake, and what the SDK's types call it. */
export interface Shown {
  readonly operation: string;
  readonly type: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

type View = ViewsOpenArguments['view'];

const channel = 'C0TOUR';

/** Calls everything that the fake can do once, through the SDK, and keeps what it answers. */
export async function tour(fake: SlackFake): Promise<readonly Shown[]> {
  const slack = new WebClient('xoxb-tour', {
    slackApiUrl: fake.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
  });
  const shown: Shown[] = [];
  const show = async <T>(operation: string, answer: Promise<T>): Promise<T> => {
    const value = await answer;
    shown.push({ operation, type: typeOf(operation), answer: value as Shown['answer'] });
    return value;
  };
  fake.seedChannel({ id: channel, name: 'tour' });
  fake.seedUser({ id: 'U0ANN', email: 'ann@example.com', name: 'Ann' });

  await show('auth.test', slack.auth.test());
  await messages(slack, show);
  await channels(slack, show);
  await files(slack, show);
  await things(slack, show);
  return shown;
}

type Show = <T>(operation: string, answer: Promise<T>) => Promise<T>;

async function messages(slack: WebClient, show: Show): Promise<void> {
  const metadata = { event_type: 'tour', event_payload: { a: '1' } };
  const { ts = '' } = await show('chat.postMessage', slack.chat.postMessage({ channel, text: 'hello', metadata }));
  await show('chat.update', slack.chat.update({ channel, ts, text: 'hello you' }));
  await show('chat.postEphemeral', slack.chat.postEphemeral({ channel, user: 'U0ANN', text: 'only you' }));
  await show('chat.meMessage', slack.chat.meMessage({ channel, text: 'waves' }));
  const later = Math.floor(Date.now() / 1000) + 3_600;
  const scheduled = await show(
    'chat.scheduleMessage',
    slack.chat.scheduleMessage({ channel, text: 'later', post_at: later }),
  );
  await show('chat.scheduledMessages.list', slack.chat.scheduledMessages.list({ channel }));
  await show(
    'chat.deleteScheduledMessage',
    slack.chat.deleteScheduledMessage({ channel, scheduled_message_id: scheduled.scheduled_message_id ?? '' }),
  );
  const recipient = { recipient_team_id: defaultSlackIdentity.teamId, recipient_user_id: 'U0ANN' };
  const stream = await show('chat.startStream', slack.chat.startStream({ channel, thread_ts: ts, ...recipient }));
  const at = { channel, ts: stream.ts ?? '' };
  await show('chat.appendStream', slack.chat.appendStream({ ...at, markdown_text: 'a **b**' }));
  await show('chat.stopStream', slack.chat.stopStream(at));
  const item = { channel, timestamp: ts };
  await show('reactions.add', slack.reactions.add({ ...item, name: 'eyes' }));
  await show('reactions.get', slack.reactions.get(item));
  await show('pins.add', slack.pins.add(item));
  await show('pins.list', slack.pins.list({ channel }));
  await show('conversations.history', slack.conversations.history({ channel, include_all_metadata: true }));
  await show('conversations.replies', slack.conversations.replies({ channel, ts }));
  await show('pins.remove', slack.pins.remove(item));
  await show('reactions.remove', slack.reactions.remove({ ...item, name: 'eyes' }));
  await show('chat.delete', slack.chat.delete({ channel, ts }));
}

async function channels(slack: WebClient, show: Show): Promise<void> {
  await show('conversations.open', slack.conversations.open({ users: 'U0ANN' }));
  const made = await show('conversations.create', slack.conversations.create({ name: 'desk' }));
  const id = made.channel?.id ?? '';
  await show('conversations.info', slack.conversations.info({ channel: id }));
  await show('conversations.list', slack.conversations.list());
  await show('conversations.rename', slack.conversations.rename({ channel: id, name: 'desk-2' }));
  await show('conversations.setTopic', slack.conversations.setTopic({ channel: id, topic: 'refunds' }));
  await show('conversations.setPurpose', slack.conversations.setPurpose({ channel: id, purpose: 'refunds' }));
  await show('conversations.invite', slack.conversations.invite({ channel: id, users: 'U0ANN' }));
  await show('conversations.members', slack.conversations.members({ channel: id }));
  await show('conversations.kick', slack.conversations.kick({ channel: id, user: 'U0ANN' }));
  await show('conversations.canvases.create', slack.conversations.canvases.create({ channel_id: id }));
  await show('conversations.info', slack.conversations.info({ channel: id }));
  await show('conversations.archive', slack.conversations.archive({ channel: id }));
  await show('conversations.unarchive', slack.conversations.unarchive({ channel: id }));
  await show('conversations.leave', slack.conversations.leave({ channel: id }));
  await show('conversations.join', slack.conversations.join({ channel: id }));
}

async function files(slack: WebClient, show: Show): Promise<void> {
  const upload = await show(
    'files.getUploadURLExternal',
    slack.files.getUploadURLExternal({ filename: 'a.csv', length: 3 }),
  );
  await fetch(upload.upload_url ?? '', { method: 'POST', body: 'a,b' });
  const file = upload.file_id ?? '';
  await show(
    'files.completeUploadExternal',
    slack.files.completeUploadExternal({ files: [{ id: file }], channel_id: channel, initial_comment: 'here' }),
  );
  await show('files.info', slack.files.info({ file }));
  await show('files.list', slack.files.list({}));
  await show('files.delete', slack.files.delete({ file }));
  const canvas = await show('canvases.create', slack.canvases.create({ title: 'Plan' }));
  await show('canvases.delete', slack.canvases.delete({ canvas_id: canvas.canvas_id ?? '' }));
}

async function things(slack: WebClient, show: Show): Promise<void> {
  const bookmark = await show(
    'bookmarks.add',
    slack.bookmarks.add({ channel_id: channel, title: 'Desk', type: 'link', link: 'https://example.com' }),
  );
  const at = { channel_id: channel, bookmark_id: bookmark.bookmark?.id ?? '' };
  await show('bookmarks.edit', slack.bookmarks.edit({ ...at, title: 'Desk 2' }));
  await show('bookmarks.list', slack.bookmarks.list({ channel_id: channel }));
  await show('bookmarks.remove', slack.bookmarks.remove(at));
  const made = await show('reminders.add', slack.reminders.add({ text: 'look', time: '1800000000' }));
  await show('reminders.list', slack.reminders.list());
  const reminder = made.reminder?.id ?? '';
  await show('reminders.complete', slack.reminders.complete({ reminder }));
  await show('reminders.delete', slack.reminders.delete({ reminder }));
  await show('usergroups.create', slack.usergroups.create({ name: 'Desk', handle: 'desk' }));
  await show('usergroups.list', slack.usergroups.list());
  await show('users.lookupByEmail', slack.users.lookupByEmail({ email: 'ann@example.com' }));
  const view: View = { type: 'modal', title: { type: 'plain_text', text: 'Refund' }, blocks: [] };
  await show('views.open', slack.views.open({ trigger_id: '1.2.abc', view }));
  await show('views.publish', slack.views.publish({ user_id: 'U0ANN', view: { type: 'home', blocks: [] } }));
}

/** `chat.scheduledMessages.list` is a `ChatScheduledMessagesListResponse`. */
function typeOf(operation: string): string {
  const words = operation.split('.').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Response`;
}
