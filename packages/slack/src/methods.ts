import { defineOperation, type Operation } from '@oncely/core';

/**
 * Methods that change nothing anybody sees, or that leave the same state however often they are called. All others are
 * writes, an unknown one too: Slack's verb says nothing, since every call is a POST.
 */
const passing: ReadonlySet<string> = new Set([
  'api.test',
  'apps.connections.open',
  'apps.event.authorizations.list',
  'auth.test',
  'conversations.members',
  'conversations.open',
  'files.getUploadURLExternal',
  'oauth.access',
  'oauth.v2.access',
  'openid.connect.token',
  'openid.connect.userInfo',
  'rtm.connect',
  'team.accessLogs',
  'team.billableInfo',
  'team.integrationLogs',
  'users.conversations',
  'users.identity',
  'users.lookupByEmail',
]);

const readingNames = /\.(get[A-Z]?\w*|list[A-Z]?\w*|info|history|replies|teamInfo|lookup)$|^search\./;

/** Whether a method changes something. */
export function isWrite(method: string): boolean {
  return !passing.has(method) && !readingNames.test(method);
}

/** The operation of a method. Only messages can be looked up so far; the rest stops when it is in doubt. */
export function operationOf(method: string, landingBoundMs: number): Operation {
  return defineOperation({
    name: `slack.${method}`,
    safety: { kind: method === 'chat.postMessage' ? 'probed' : 'unverifiable' },
    landingBoundMs,
    material: ['channel', 'thread_ts', 'user'],
    wording: ['text', 'markdown_text', 'blocks', 'attachments'],
  });
}
