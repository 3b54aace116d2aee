import type { Oncely } from '@oncely/core';

import type { SlackLike } from './looking.ts';

/** Where a stream goes, and what else `chat.startStream` takes. */
export interface StreamArguments {
  readonly channel: string;
  readonly thread_ts: string;
  readonly recipient_user_id?: string;
  readonly recipient_team_id?: string;
  readonly [argument: string]: unknown;
}

export interface StreamOptions {
  /** How many characters make a piece. Default 256, as in the SDK. */
  readonly pieceLength?: number;
}

/** A message that grows while it is read, and goes on after a crash where it stood. */
export interface SlackStream {
  /** The message's timestamp, once there is a piece of it. */
  readonly ts: string | undefined;
  /** The text that is at Slack. */
  readonly sent: string;
  /** Takes more of the text. What earlier runs have sent already is passed over, by its length. */
  append(text: string): Promise<void>;
  /** Sends the rest and ends the message; `args` as `chat.stopStream` takes them, without text. */
  stop(args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/**
 * Streams a text into a thread, in the scope that runs. Each piece is remembered before it is sent and is an effect of
 * its own, so that a run after a crash sends no piece twice: it gives the text from its beginning again, the pieces
 * that are at Slack stand as they are, and the text goes on behind them.
 *
 * @example
 * const stream = streamMessage(oncely, slack, 'answer', { channel, thread_ts, recipient_user_id, recipient_team_id });
 * for await (const text of model) await stream.append(text);
 * await stream.stop();
 */
export function streamMessage(
  oncely: Pick<Oncely, 'effect' | 'value'>,
  slack: SlackLike,
  id: string,
  args: StreamArguments,
  { pieceLength = 256 }: StreamOptions = {},
): SlackStream {
  let ts: string | undefined;
  let channel = args.channel;
  let sent = '';
  let buffer = '';
  /** How much of what is to come is at Slack already. */
  let owed = 0;
  let pieces = 0;
  let over = false;

  /** The next piece: as an earlier run cut it, or as this one would; `null` where the text had ended there. */
  const pin = (mine: string | null): Promise<string | null> => oncely.value(`${id}.text-${pieces + 1}`, () => mine);

  const send = async (piece: string): Promise<void> => {
    const first = pieces === 0;
    const method = first ? 'chat.startStream' : 'chat.appendStream';
    const to = first ? args : { channel, ts };
    pieces += 1;
    const answer = (await oncely.effect(`${id}.piece-${pieces}`, { expect: `slack.${method}` }, () =>
      slack.apiCall(method, { ...to, markdown_text: piece }),
    )) as { ts?: string; channel?: string };
    ts = first ? answer.ts : ts;
    channel = (first ? answer.channel : undefined) ?? channel;
    sent += piece;
  };

  const flush = async (upTo: number): Promise<void> => {
    while (!over && buffer.length >= upTo && buffer.length > 0) {
      const piece = await pin(cut(buffer, pieceLength));
      if (piece === null) {
        over = true;
        break;
      }
      await send(piece);
      owed += Math.max(0, piece.length - buffer.length);
      buffer = buffer.slice(piece.length);
    }
  };

  return {
    get ts() {
      return ts;
    },
    get sent() {
      return sent;
    },
    async append(text) {
      const passed = Math.min(owed, text.length);
      owed -= passed;
      buffer += text.slice(passed);
      await flush(pieceLength);
    },
    async stop(rest = {}) {
      await flush(1);
      // Pieces of an earlier run whose text was longer, each sent or to be sent still.
      while (!over) {
        const piece = await pin(null);
        if (piece === null) over = true;
        else await send(piece);
      }
      if (ts === undefined) throw new Error(`the stream ${id} has no text, so there is nothing to stop`);
      return oncely.effect(`${id}.stop`, { expect: 'slack.chat.stopStream' }, () =>
        slack.apiCall('chat.stopStream', { ...rest, channel, ts }),
      );
    },
  };
}

/** Never between the halves of one character. */
function cut(text: string, length: number): string {
  const piece = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(piece) && text.length > length ? text.slice(0, length + 1) : piece;
}
