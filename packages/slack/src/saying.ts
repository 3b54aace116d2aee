import type { Said, WriteToSay } from '@oncely/core';
import { firstLines, isThere, named, plain, sentence, verbOf } from '@oncely/core/adapter';

import { entryNamed } from './table.ts';

const texts = ['text', 'markdown_text', 'initial_comment', 'title', 'topic', 'purpose', 'name', 'description'] as const;

/** What names a place or a person. */
const places = [
  'channel',
  'channel_id',
  'channels',
  'channel_ids',
  'user',
  'user_id',
  'users',
  'user_ids',
  'usergroup',
];

/** A write at Slack in words: what, where or to whom by id, and the first line of what is said. */
export function sayWrite({ operation, parameters, account }: WriteToSay): Said {
  const method = operation.replace(/^slack\./, '');
  const text = texts.find((name) => isThere(parameters[name]));
  const { material, wording } = entryNamed(operation);
  const where = places.filter((name) => isThere(parameters[name]));
  const rest = Object.keys(parameters).filter(
    (name) => !where.includes(name) && name !== text && name !== 'token' && !name.startsWith('$'),
  );
  const first = material.filter((name) => rest.includes(name));
  const beside = named(parameters, [...first, ...rest.filter((name) => !first.includes(name))]);
  return {
    summary: sentence(
      wordsOf(method),
      where.length === 0 ? undefined : `in ${where.map((name) => placeOf(parameters[name])).join(', ')}`,
      text === undefined ? undefined : `"${firstLines(plain(parameters[text]), 1, 160)}"`,
      beside === '' ? undefined : `(${beside})`,
      isThere(parameters['$content']) ? 'with a file' : undefined,
      isThere(parameters['token']) ? 'with a token of the call' : undefined,
      account === '' ? undefined : `in workspace ${account}`,
    ),
    texts: [...new Set([...texts, ...wording])].filter((name) => typeof parameters[name] === 'string'),
  };
}

const methods: Readonly<Record<string, string>> = {
  'chat.postMessage': 'Post a message',
  'chat.postEphemeral': 'Show a message to one person',
  'chat.update': 'Change a message',
  'chat.delete': 'Delete a message',
  'chat.scheduleMessage': 'Schedule a message',
};

/** `conversations.archive`: `Archive conversations`. */
function wordsOf(method: string): string {
  const own = methods[method];
  if (own !== undefined) return own;
  const parts = method.split('.');
  const verb = parts.pop() ?? method;
  return `${verbOf(verb)} ${parts.join(' ')}`.trim();
}

/** An id names one place for ever; a name is whoever has it when it is sent. */
function placeOf(place: unknown): string {
  const text = plain(place);
  const all = text.replaceAll(/[["\]\s]/g, '').split(',');
  return all.every((each) => /^[A-Z][A-Z0-9]{2,}$/.test(each))
    ? text
    : `${text} (by name: whichever has it when it is sent)`;
}
