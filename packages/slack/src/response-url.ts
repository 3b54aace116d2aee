import type { Clock } from '@oncely/core';

import type { ApprovalMessage } from './approval-message.ts';

/** What is said by a click's response URL. */
export type Reply =
  /** In place of the message that was clicked; said twice it is the same. */
  | { readonly kind: 'replace'; readonly message: ApprovalMessage }
  /** To the person who clicked, and nobody else. */
  | { readonly kind: 'whisper'; readonly text: string };

const timeoutMs = 10_000;

/** Where Slack takes replies, commercial and government. */
const hosts: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com'];

/**
 * Replies to a click, at most five times in thirty minutes as Slack allows. A replacement is tried three times, as it
 * may be said twice; a whisper once. Never rejects: whether it arrived.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export async function replyTo(
  url: string | undefined,
  reply: Reply,
  parts: { readonly fetch: typeof fetch; readonly clock: Pick<Clock, 'sleep'> },
): Promise<boolean> {
  if (url === undefined || !isSlacks(url)) return false;
  const body = JSON.stringify(
    reply.kind === 'replace'
      ? { replace_original: true, ...reply.message }
      : { response_type: 'ephemeral', replace_original: false, text: reply.text },
  );
  for (let left = reply.kind === 'replace' ? 3 : 1; ; left -= 1) {
    const status = await post(url, body, parts);
    if (status !== undefined && status >= 200 && status < 300) return true;
    // Any other 4xx says that the URL is used up or too old: it will say so again.
    const passing = status === undefined || status === 429 || status >= 500;
    if (left === 1 || !passing) return false;
    await parts.clock.sleep(1_000);
  }
}

async function post(
  url: string,
  body: string,
  { fetch: send, clock }: { readonly fetch: typeof fetch; readonly clock: Pick<Clock, 'sleep'> },
): Promise<number | undefined> {
  const over = new AbortController();
  const abort = (): void => over.abort('over');
  void clock.sleep(timeoutMs, over.signal).then(abort, abort);
  try {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'error',
      signal: over.signal,
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  } finally {
    abort();
  }
}

function isSlacks(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port } = new URL(url);
  return protocol === 'https:' && hosts.includes(hostname) && port === '';
}
