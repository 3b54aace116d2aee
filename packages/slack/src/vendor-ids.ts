/** Fields of a request that name what is there, and nothing of a person's. */
const naming = [
  'channel',
  'channel_id',
  'timestamp',
  'ts',
  'user',
  'file',
  'bookmark_id',
  'canvas_id',
  'reminder',
  'usergroup',
] as const;

type Json = Readonly<Record<string, unknown>>;

/**
 * What an accepted write made or changed, as a text that a look-up and a compensation can read: a message is
 * `channel:ts`, a scheduled one `channel:Q1`, a reaction `channel:ts:name`, a file `F1`.
 */
export function vendorIdOf(method: string, fields: URLSearchParams, body: Json): string | undefined {
  const channel = textOf(body['channel']) ?? fields.get('channel') ?? fields.get('channel_id') ?? undefined;
  const within = textOf(body['ts']) ?? textOf(body['scheduled_message_id']) ?? textOf(body['message_ts']);
  if (channel !== undefined && within !== undefined) return `${channel}:${within}`;
  const files = body['files'];
  if (Array.isArray(files)) return idsOf(files).join(',') || undefined;
  const bookmark = idOf(body['bookmark']);
  if (channel !== undefined && bookmark !== undefined) return `${channel}:${bookmark}`;
  const made =
    textOf(body['canvas_id']) ??
    ['reminder', 'channel', 'usergroup', 'view', 'call', 'list', 'item', 'file']
      .map((name) => idOf(body[name]))
      .find((id) => id !== undefined);
  // Who is invited or renamed is named by the request; what a create made, only by the answer.
  if (made !== undefined && channel === undefined) return made;
  const names = method.startsWith('reactions.') ? [...naming, 'name'] : naming;
  const named = names.flatMap((name) => fields.get(name) ?? []);
  return named.length === 0 ? made : named.join(':');
}

function idsOf(files: readonly unknown[]): string[] {
  return files.flatMap((file) => idOf(file) ?? []);
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? textOf((value as { id?: unknown }).id) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
