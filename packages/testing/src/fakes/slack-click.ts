/**
 * A click on a button as Slack sends it to an app, and what the app replies by its response URL. Nothing is sent: give
 * the request to your handler.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 *
 * @module
 */
import { createHmac } from 'node:crypto';

export interface SlackClickOptions {
  /** As `conversations.history` gives it. */
  readonly message: { readonly ts?: string; readonly text?: string; readonly blocks?: unknown };
  readonly channel: string;
  /** The button's label. */
  readonly button: string;
  readonly user: { readonly id: string; readonly name?: string; readonly team?: string };
  /** The workspace of the app. Default `T0FAKE`. */
  readonly team?: string;
  readonly signingSecret: string;
  /** When it is clicked, in milliseconds since 1970. */
  readonly now: number;
}

/** What an app gets. */
export interface SlackClickRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Button {
  readonly type: string;
  readonly action_id?: string;
  readonly value?: string;
  readonly text?: { readonly text?: string };
}

/** The request of a click; the same options give the same request, as when Slack delivers it again. */
export function slackClick(options: SlackClickOptions): SlackClickRequest {
  const { message, channel, user, team = 'T0FAKE', signingSecret, now } = options;
  const { block, button } = buttonIn(message.blocks, options.button);
  const payload = {
    type: 'block_actions',
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team ?? team },
    api_app_id: 'A0FAKE',
    token: 'deprecated-verification-token',
    container: { type: 'message', message_ts: message.ts, channel_id: channel, is_ephemeral: false },
    trigger_id: `${now}.1.fake`,
    team: { id: team, domain: 'fake' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: 'fake' },
    message: { type: 'message', ...message },
    state: { values: {} },
    response_url: `https://hooks.slack.com/actions/${team}/${message.ts}/fake`,
    actions: [{ ...button, block_id: block, action_ts: (now / 1_000).toFixed(6) }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return { headers: signedBySlack(body, { signingSecret, now }), body, payload };
}

/** The headers by which an app knows that Slack made a request, for any body. */
export function signedBySlack(
  body: string | Uint8Array,
  { signingSecret, now }: { readonly signingSecret: string; readonly now: number },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
}

/** What an app said by a response URL. */
export interface SlackReply {
  readonly url: string;
  readonly body: {
    readonly text?: string;
    readonly blocks?: unknown;
    readonly replace_original?: boolean;
    readonly response_type?: string;
  };
}

/** Takes what is sent to response URLs: a `fetch` that keeps each reply, and answers with `statuses` first, then 200. */
export function takeSlackReplies(statuses: number[] = []): {
  readonly fetch: typeof fetch;
  readonly replies: readonly SlackReply[];
} {
  const replies: SlackReply[] = [];
  return {
    replies,
    fetch: async (url, init) => {
      const status = statuses.shift() ?? 200;
      const request = new Request(url, init);
      const body = (await request.json()) as SlackReply['body'];
      if (status === 200) replies.push({ url: request.url, body });
      return new Response('ok', { status });
    },
  };
}

function buttonIn(blocks: unknown, label: string): { readonly block: string; readonly button: Button } {
  for (const block of (blocks ?? []) as { block_id?: string; elements?: Button[] }[]) {
    const button = block.elements?.find((each) => each.type === 'button' && each.text?.text === label);
    if (button) return { block: block.block_id ?? '', button };
  }
  throw new Error(`no button ${label} in this message`);
}
