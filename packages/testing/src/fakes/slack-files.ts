import type { Answer, FakeRequest } from './http-fake.ts';
import {
  argument,
  jsonArgument,
  joinedChannel,
  knownChannel,
  requireScope,
  seconds,
  SlackRefusal,
} from './slack-call.ts';
import type { SlackCall, SlackMethod } from './slack-call.ts';
import { channelToPost } from './slack-chat.ts';
import type { SlackFile, SlackWorkspace } from './slack-workspace.ts';

/** Files in their three steps, of which the last is the effect, and canvases, which are files too. */
export const fileMethods: Readonly<Record<string, SlackMethod>> = {
  'files.getUploadURLExternal': (call) => {
    requireScope(call, 'files:write');
    const name = argument(call, 'filename', 'invalid_arguments');
    if (!(Number(argument(call, 'length', 'invalid_arguments')) > 0)) throw new SlackRefusal('invalid_arguments');
    const id = call.newId('F');
    call.workspace.uploads.set(id, { name, user: call.caller.userId });
    return { body: { file_id: id, upload_url: `${call.url}/upload/${id}` } };
  },

  'files.completeUploadExternal': (call) => {
    requireScope(call, 'files:write');
    const asked = jsonArgument(call, 'files', 'invalid_arguments') as { id?: string; title?: string }[] | undefined;
    if (!Array.isArray(asked) || asked.length === 0) throw new SlackRefusal('invalid_arguments');
    const given = call.args['channel_id'] ?? call.args['channels'];
    const channel =
      given === undefined ? undefined : channelToPost({ ...call, args: { ...call.args, channel: given } });
    const files = asked.map(({ id = '', title }) => {
      const upload = call.workspace.uploads.get(id);
      if (upload?.bytes === undefined) throw new SlackRefusal('file_not_found');
      return call.workspace.files.get(id) ?? madeFile(call, id, upload, title);
    });
    for (const file of files) call.workspace.files.set(file.id, file);
    const text = call.args['initial_comment'] ?? '';
    const threadTs = call.args['thread_ts'];
    if (channel) {
      const post = { text, ...(threadTs !== undefined && { threadTs }) };
      const { ts } = call.workspace.post(channel, call.caller, post);
      const shownAt = call.now() + call.fileShareLagMs;
      for (const file of files)
        file.shares.set(channel.id, { ts, shownAt, ...(threadTs !== undefined && { threadTs }) });
    }
    return {
      body: { files: files.map((file) => shownFile(call, file)) },
      effect: {
        id: files.map(({ id }) => id).join(','),
        ...(channel && { channel: channel.id }),
        ...(text !== '' && { text }),
      },
    };
  },

  'files.info': (call) => {
    requireScope(call, 'files:read');
    return { body: { file: shownFile(call, fileOf(call, 'file')), comments: [] } };
  },

  'files.list': (call) => {
    requireScope(call, 'files:read');
    const { user, ts_from: from, ts_to: to } = call.args;
    const all = [...call.workspace.files.values()]
      .filter((file) => user === undefined || file.user === user)
      .filter((file) => from === undefined || file.created >= Number(from))
      .filter((file) => to === undefined || file.created <= Number(to));
    const count = Number(call.args['count'] ?? 100);
    const page = Number(call.args['page'] ?? 1);
    return {
      body: {
        files: all.slice((page - 1) * count, page * count).map((file) => shownFile(call, file)),
        paging: { count, page, pages: Math.max(1, Math.ceil(all.length / count)), total: all.length },
      },
    };
  },

  'files.delete': (call) => {
    requireScope(call, 'files:write');
    const { id } = fileOf(call, 'file');
    call.workspace.files.delete(id);
    return { effect: { id } };
  },

  'canvases.create': (call) => {
    requireScope(call, 'canvases:write');
    const { id } = madeCanvas(call, call.args['title'] ?? 'Untitled');
    return { body: { canvas_id: id }, effect: { id, text: call.args['title'] ?? '' } };
  },

  'canvases.delete': (call) => {
    requireScope(call, 'canvases:write');
    const id = argument(call, 'canvas_id', 'canvas_not_found');
    if (!call.workspace.files.delete(id)) throw new SlackRefusal('canvas_not_found');
    return { effect: { id } };
  },

  'conversations.canvases.create': (call) => {
    requireScope(call, 'canvases:write');
    const { id: channelId } = knownChannel(call, 'channel_id');
    const channel = joinedChannel({ ...call, args: { ...call.args, channel: channelId } });
    if (channel.canvas !== undefined) throw new SlackRefusal('channel_canvas_already_exists');
    channel.canvas = madeCanvas(call, channel.name).id;
    return { body: { canvas_id: channel.canvas }, effect: { id: channel.canvas, channel: channel.id } };
  },
};

/** Takes the bytes of an upload; sent again they replace themselves. */
export function receiveUpload(request: FakeRequest, workspaces: Iterable<SlackWorkspace>): Answer {
  const id = request.path.replace('/upload/', '');
  for (const { uploads } of workspaces) {
    const upload = uploads.get(id);
    if (upload) upload.bytes = request.body.length;
  }
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' };
}

function fileOf(call: SlackCall, name: string): SlackFile {
  const file = call.workspace.files.get(argument(call, name, 'file_not_found'));
  if (!file) throw new SlackRefusal('file_not_found');
  return file;
}

function madeFile(
  call: SlackCall,
  id: string,
  upload: { readonly name: string; readonly user: string; bytes?: number },
  title: string | undefined,
): SlackFile {
  return {
    id,
    name: upload.name,
    title: title ?? upload.name,
    user: upload.user,
    created: seconds(call),
    size: upload.bytes ?? 0,
    filetype: upload.name.split('.').at(-1) ?? 'text',
    pretty_type: 'Plain Text',
    shares: new Map(),
  };
}

function madeCanvas(call: SlackCall, title: string): SlackFile {
  const file: SlackFile = {
    ...madeFile(call, call.newId('F'), { name: title, user: call.caller.userId }, title),
    filetype: 'quip',
    pretty_type: 'Canvas',
  };
  call.workspace.files.set(file.id, file);
  return file;
}

function shownFile(call: SlackCall, { shares, ...file }: SlackFile): Record<string, unknown> {
  const shown = [...shares].filter(([, { shownAt }]) => shownAt <= call.now());
  const of = (kinds: string): [string, unknown][] =>
    shown.flatMap(([channel, { ts, threadTs }]) =>
      kinds.includes(channel[0] ?? '')
        ? [[channel, [{ ts, ...(threadTs !== undefined && { thread_ts: threadTs }) }]]]
        : [],
    );
  const idsOf = (kind: string): string[] => shown.flatMap(([channel]) => (channel.startsWith(kind) ? [channel] : []));
  return {
    ...file,
    timestamp: file.created,
    channels: idsOf('C'),
    groups: idsOf('G'),
    ims: idsOf('D'),
    shares: {
      ...(of('C').length > 0 && { public: Object.fromEntries(of('C')) }),
      ...(of('GD').length > 0 && { private: Object.fromEntries(of('GD')) }),
    },
  };
}
