import type { WebClient } from '@slack/web-api';

import type { Ids } from './subject.ts';

export const desk = 'C0DESK';

export const posted = async (raw: WebClient): Promise<Ids> => {
  const { ts = '' } = await raw.chat.postMessage({ channel: desk, text: 'parent' });
  return { ts };
};
export const at = (ids: Ids): { channel: string; timestamp: string } => ({ channel: desk, timestamp: ids['ts'] ?? '' });
export const own = (ids: Ids): { channel: string; ts: string } => ({ channel: desk, ts: ids['ts'] ?? '' });
/** One time for the whole run, and further ahead than any test goes. */
export const afterAll = Math.floor(Date.now() / 1_000) + 90 * 24 * 3_600;
