import { lookUps } from './look-ups.ts';
import { isError, type SlackLike } from './looking.ts';
import { table } from './table.ts';

/** What a token allows, as Slack says it. */
export interface SlackCheck {
  readonly team: string;
  /** The bot that writes; absent for a user's token. */
  readonly bot?: string;
  readonly user: string;
  /** Absent where Slack does not say. */
  readonly scopes?: readonly string[];
  /** The writes that are looked up when they are in doubt, and what this token lacks for it. */
  readonly lookUps: readonly {
    readonly operation: string;
    readonly possible: 'yes' | 'in_some_conversations' | 'no' | 'unknown';
    /** Scopes to add; of history, one for each kind of conversation that is written to. */
    readonly missing: readonly string[];
  }[];
  /** Of the channels that were asked about: why a message there could not be looked up. */
  readonly channels: readonly { readonly channel: string; readonly problem?: string }[];
}

/**
 * Asks Slack which look-ups a token allows, for the start of a program: what it says no to would stop for a person.
 * Two reads for each channel, one in all.
 *
 * @example
 * const { lookUps } = await checkSlack(oncely.clients.slack, { channels: ['C0123456789'] });
 */
export async function checkSlack(
  slack: SlackLike,
  { channels = [] }: { readonly channels?: readonly string[] } = {},
): Promise<SlackCheck> {
  const me = (await slack.apiCall('auth.test')) as {
    team_id?: string;
    bot_id?: string;
    user_id?: string;
    response_metadata?: { scopes?: readonly string[] };
  };
  const scopes = me.response_metadata?.scopes;
  const seen: SlackCheck['channels'][number][] = [];
  for (const channel of channels) seen.push(await historyOf(slack, channel));
  return {
    team: me.team_id ?? '',
    ...(me.bot_id === undefined ? {} : { bot: me.bot_id }),
    user: me.user_id ?? '',
    ...(scopes === undefined ? {} : { scopes }),
    lookUps: table.flatMap(({ method, look }) =>
      look === undefined || look === 'repeat'
        ? []
        : [{ operation: `slack.${method}`, ...allowed(lookUps[look].scopes, scopes) }],
    ),
    channels: seen,
  };
}

function allowed(
  needed: readonly string[],
  scopes: readonly string[] | undefined,
): Pick<SlackCheck['lookUps'][number], 'possible' | 'missing'> {
  if (scopes === undefined) return { possible: 'unknown', missing: [] };
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return { possible: 'yes', missing };
  return { possible: missing.length < needed.length ? 'in_some_conversations' : 'no', missing };
}

/** Reads a little of the history, twice: some apps may do so once a minute only. */
async function historyOf(slack: SlackLike, channel: string): Promise<SlackCheck['channels'][number]> {
  try {
    await slack.apiCall('conversations.history', { channel, limit: 1 });
    await slack.apiCall('conversations.history', { channel, limit: 1 });
    return { channel };
  } catch (error) {
    const { data, retryAfter } = error as { data?: { needed?: string; error?: string }; retryAfter?: number };
    if (retryAfter !== undefined)
      return { channel, problem: `the history is limited: a look-up waits up to ${retryAfter} seconds for each page` };
    if (isError(error, 'missing_scope')) return { channel, problem: `the token lacks ${data?.needed}` };
    if (isError(error, 'not_in_channel', 'channel_not_found'))
      return { channel, problem: 'the app is not a member, or there is no such channel' };
    throw error;
  }
}
