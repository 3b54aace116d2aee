import { byText, messageAt } from './look-messages.ts';
import { answered, cannotKnow, matches, type LookUp } from './looking.ts';
import { sameText, streamedText } from './texts.ts';

/** By its text: nothing is appended before its start is known. */
export const stream: LookUp = async (looking) => {
  const written = streamedText(looking.fields);
  return byText(looking, (text) => (written === '' ? text === '' : sameText(text, written)));
};

/** By what the message says: with the piece, or as before it. */
export const appended: LookUp = async ({ call, fields, request }) => {
  const { channel = '', ts = '' } = Object.fromEntries(fields);
  const { before } = request;
  if (before === undefined)
    return cannotKnow('this process did not follow the stream from its start, so its text before is not known');
  const held = await messageAt(call, channel, ts);
  if (!held) return cannotKnow('the streaming message is gone');
  const after = before + streamedText(fields);
  const text = held.text ?? '';
  if (sameText(before, after)) return cannotKnow('what was appended cannot be told from what was there');
  if (sameText(text, after))
    return matches({ vendorId: `${channel}:${ts}`, mine: true, response: answered({ channel, ts }) });
  return sameText(text, before)
    ? matches()
    : cannotKnow('the streaming message says neither what it said before nor what was appended');
};

/** By the message's own state. */
export const stopped: LookUp = async ({ call, fields, request, target }) => {
  const { channel = '', ts = '' } = Object.fromEntries(fields);
  const held = await messageAt(call, channel, ts);
  // What is not in the history may not be in it yet; the repeat tells.
  if (!held) return target.refused === true ? cannotKnow('the streaming message is gone') : matches();
  if (held.streaming_state === 'in_progress') return matches();
  const last = streamedText(fields);
  const { before } = request;
  if (last !== '' && (before === undefined || !sameText(held.text ?? '', before + last)))
    return cannotKnow('the stream is over, and its message does not end as it was to');
  if (held.streaming_state === undefined) return cannotKnow('the message does not say whether it is streaming');
  return matches({
    vendorId: `${channel}:${ts}`,
    mine: true,
    response: answered({ channel, ts, message: held }),
  });
};
