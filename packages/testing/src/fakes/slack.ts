/**
 * A Slack Web API on loopback. It knows no idempotency key, as Slack does not: a call that gets through twice happens
 * twice.
 *
 * @module
 */
import { json, startHttpFake } from './http-fake.ts';
import type { Answer, Execution, FakeRequest, HttpFake } from './http-fake.ts';
import { called, flag, milliseconds, named, refuseOthers } from './refusing.ts';
import { SlackRefusal } from './slack-call.ts';
import type { SlackCall, SlackEffectDetail, SlackMethod } from './slack-call.ts';
import { channelMethods } from './slack-channels.ts';
import { chatMethods } from './slack-chat.ts';
import { conversationMethods } from './slack-conversations.ts';
import { fileMethods, receiveUpload } from './slack-files.ts';
import { itemMethods } from './slack-items.ts';
import { streamMethods } from './slack-streams.ts';
import { userMethods, type SlackUser } from './slack-users.ts';
import { createSlackWorkspace } from './slack-workspace.ts';
import type { SlackIdentity, SlackMetadata, SlackSeed, SlackWorkspace } from './slack-workspace.ts';

export type { SlackIdentity, SlackMetadata } from './slack-workspace.ts';

export interface SlackFakeOptions {
  /** Milliseconds; message timestamps are made of it. Default `Date.now`. */
  readonly now?: () => number;
  /** The valid tokens; by default every `xoxb-` token is one app with all scopes, `defaultSlackIdentity`. */
  readonly tokens?: Readonly<Record<string, SlackIdentity>>;
  /** How long after it landed a message shows in history and replies, by the fake's clock; default 0. */
  readonly historyLagMs?: number;
  /** What history and replies allow a token and method, as for apps outside the Marketplace: 1 a minute, 15 items. */
  readonly historyRateLimit?: { readonly perMinute: number; readonly maxItems?: number };
  /** How long after it was completed a file shows where it is shared, by the fake's clock; default 0. */
  readonly fileShareLagMs?: number;
  /** Whether only seeded channels exist; by default every C and G id is a channel that the app has joined. */
  readonly strictChannels?: boolean;
}

/** One write that happened. */
export interface SlackEffect extends SlackEffectDetail {
  /** The method: `chat.postMessage`. */
  readonly operation: string;
  readonly id: string;
  readonly team: string;
  readonly botId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly at: number;
}

export interface SlackFake extends HttpFake<SlackEffect> {
  /** What `slackApiUrl` takes. */
  readonly apiUrl: string;
  /** The methods that are modelled; any other counts as an effect by its name alone, or reads nothing. */
  readonly operations: readonly string[];
  seedChannel(channel: SlackSeed & { team?: string }): void;
  seedUser(user: SlackUser & { team?: string }): void;
  /** Posts as an app that is not the caller, counting no effect; returns the `ts`. Metadata can be forged like this. */
  postAsOtherApp(channel: string, post: { text: string; metadata?: SlackMetadata; threadTs?: string }): string;
}

/** The app behind every token where none were given. */
export const defaultSlackIdentity: SlackIdentity = {
  teamId: 'T0FAKE',
  botId: 'B0FAKE',
  appId: 'A0FAKE',
  userId: 'U0FAKEBOT',
  scopes: [
    'chat:write',
    'channels:history',
    'groups:history',
    'im:history',
    'mpim:history',
    'channels:read',
    'groups:read',
    'im:read',
    'im:write',
    'reactions:read',
    'reactions:write',
    'files:read',
    'files:write',
    'pins:read',
    'pins:write',
    'bookmarks:read',
    'bookmarks:write',
    'reminders:read',
    'reminders:write',
    'usergroups:read',
    'usergroups:write',
    'canvases:write',
    'channels:manage',
    'groups:write',
    'mpim:read',
    'users:read',
    'users:read.email',
  ],
};

const otherApp = { botId: 'B0OTHER', appId: 'A0OTHER', userId: 'U0OTHERBOT', scopes: [] };

const methods: Readonly<Record<string, SlackMethod>> = {
  ...chatMethods,
  ...channelMethods,
  ...conversationMethods,
  ...fileMethods,
  ...itemMethods,
  ...streamMethods,
  ...userMethods,
  'auth.test': ({ caller }) => ({
    body: {
      url: 'https://fake.slack.com/',
      team: 'Fake',
      user: 'fake-bot',
      team_id: caller.teamId,
      user_id: caller.userId,
      bot_id: caller.botId,
      is_enterprise_install: false,
    },
  }),
};

/** Starts the fake. `effects()` is what happened: one entry for each write that got through, duplicates included. */
export async function startSlackFake(options: SlackFakeOptions = {}): Promise<SlackFake> {
  refuseOthers('startSlackFake', options, {
    now: called,
    tokens: named,
    historyLagMs: milliseconds,
    historyRateLimit: named,
    fileShareLagMs: milliseconds,
    strictChannels: flag,
  });
  const now = options.now ?? Date.now;
  const effects: SlackEffect[] = [];
  const workspaces = new Map<string, SlackWorkspace>();
  const historyCalls = new Map<string, number[]>();
  let serial = 0;
  let url = '';

  function workspaceOf(team: string): SlackWorkspace {
    const workspace = workspaces.get(team) ?? createSlackWorkspace(now, options.strictChannels ?? false);
    workspaces.set(team, workspace);
    return workspace;
  }

  /** Seconds to wait when this token has used up its reads of this method, else 0. */
  function historyWait(token: string, method: string): number {
    const limit = options.historyRateLimit;
    if (!limit || !/^conversations\.(?:history|replies)$/.test(method)) return 0;
    const name = `${token} ${method}`;
    const recent = (historyCalls.get(name) ?? []).filter((at) => now() - at < 60_000);
    const [first] = recent;
    if (first !== undefined && recent.length >= limit.perMinute)
      return Math.max(1, Math.ceil((first + 60_000 - now()) / 1000));
    historyCalls.set(name, [...recent, now()]);
    return 0;
  }

  async function handle(request: FakeRequest, { hold, failure }: Execution): Promise<Answer> {
    if (request.path.startsWith('/upload/')) return receiveUpload(request, workspaces.values());
    const method = methodOf(request);
    const { token, ...args } = readArguments(request);
    if (token === undefined) return ok({ ok: false, error: 'not_authed' });
    const caller = options.tokens
      ? options.tokens[token]
      : token.startsWith('xoxb-')
        ? defaultSlackIdentity
        : undefined;
    if (!caller) return ok({ ok: false, error: 'invalid_auth' });
    const wait = historyWait(token, method);
    if (wait > 0) return rateLimited(wait);

    if (hold) await hold();
    const workspace = workspaceOf(caller.teamId);
    workspace.landScheduled();
    if (failure?.after === 'before_effect') return failure.answer;
    const call: SlackCall = {
      method,
      args,
      caller,
      workspace,
      url,
      historyLagMs: options.historyLagMs ?? 0,
      maxHistoryItems: options.historyRateLimit?.maxItems ?? Number.MAX_SAFE_INTEGER,
      fileShareLagMs: options.fileShareLagMs ?? 0,
      now,
      newId: (prefix) => `${prefix}0FAKE${(serial += 1)}`,
    };
    try {
      const { body, effect } = (methods[method] ?? otherMethod)(call);
      if (effect) {
        const made = { id: '', ...effect };
        effects.push({ operation: method, team: caller.teamId, botId: caller.botId, params: args, at: now(), ...made });
      }
      return failure ? failure.answer : ok({ ok: true, ...body }, caller);
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      return ok({ ok: false, error: error.message, ...error.detail }, caller);
    }
  }

  const fake = await startHttpFake<SlackEffect>(
    {
      effects,
      isWrite: (request) => !request.path.startsWith('/upload/') && !isRead(methodOf(request)),
      handle,
      rateLimited,
      failed: (status) => json(status, { ok: false, error: 'internal_error' }),
    },
    now,
  );
  url = fake.url;
  return {
    ...fake,
    apiUrl: `${fake.url}/api/`,
    operations: Object.keys(methods),
    seedChannel({ team = defaultTeam(options), ...channel }) {
      workspaceOf(team).seed(channel);
    },
    seedUser({ team = defaultTeam(options), ...user }) {
      workspaceOf(team).users.set(user.id, user);
    },
    postAsOtherApp(id, post) {
      const team = defaultTeam(options);
      const workspace = workspaceOf(team);
      const channel = workspace.channel(id);
      if (!channel) throw new Error(`no channel ${id} in this fake: seed it first`);
      return workspace.post(channel, { ...otherApp, teamId: team }, post).ts;
    },
  };
}

/** Any method that is not modelled: an effect by its name alone. */
const otherMethod: SlackMethod = (call) => {
  if (isRead(call.method)) return {};
  const { channel, text } = call.args;
  return { effect: { ...(channel !== undefined && { channel }), ...(text !== undefined && { text }) } };
};

/** By name, as there is no verb to go by. Opening a conversation is how one is looked up, so it counts as a read. */
function isRead(method: string): boolean {
  return (
    method === 'conversations.open' ||
    method === 'users.conversations' ||
    /(?:^|\.)(?:list|info|history|replies|test|members|get\w*|lookup\w*|search(?:\.\w+)?)$/.test(method)
  );
}

function methodOf(request: FakeRequest): string {
  return request.path.replace(/^\/api\//, '');
}

function readArguments(request: FakeRequest): Record<string, string> & { token?: string } {
  const args = Object.fromEntries([...request.query, ...new URLSearchParams(request.body)]);
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  return bearer === undefined ? args : { ...args, token: bearer };
}

function rateLimited(retryAfterS: number): Answer {
  return json(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(retryAfterS) });
}

function ok(body: Readonly<Record<string, unknown>>, caller?: SlackIdentity): Answer {
  return json(200, body, caller && { 'x-oauth-scopes': caller.scopes.join(',') });
}

function defaultTeam(options: SlackFakeOptions): string {
  return Object.values(options.tokens ?? {})[0]?.teamId ?? defaultSlackIdentity.teamId;
}
