import type { WireResponse } from '@oncely/core';

import { streamedText } from './texts.ts';

/** How far this process has followed each streaming message, so that an append can be told from its absence. */
export interface Streams {
  /** The text before an append; `undefined` where the stream was not followed from its start. */
  before(fields: URLSearchParams): string | undefined;
  /** Takes in what was started or appended, replays included: they come in the order in which it was written. */
  heard(method: string, fields: URLSearchParams, response: WireResponse): void;
}

const remembered = 1_000;

export function createStreams(): Streams {
  const texts = new Map<string, string>();
  return {
    before: (fields) => texts.get(`${fields.get('channel')}:${fields.get('ts')}`),
    heard: (method, fields, response) => {
      if (!/^chat\.(start|append|stop)Stream$/.test(method)) return;
      const { ok, channel, ts } = JSON.parse(response.body) as { ok?: boolean; channel?: string; ts?: string };
      if (ok !== true) return;
      const id =
        method === 'chat.startStream'
          ? `${channel ?? fields.get('channel')}:${ts}`
          : `${fields.get('channel')}:${fields.get('ts')}`;
      const before = method === 'chat.startStream' ? '' : texts.get(id);
      texts.delete(id);
      if (method === 'chat.stopStream' || before === undefined) return;
      texts.set(id, before + streamedText(fields));
      const [oldest] = texts.keys();
      if (texts.size > remembered && oldest !== undefined) texts.delete(oldest);
    },
  };
}
