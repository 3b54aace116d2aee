import { describe, expect, it } from 'vitest';

import { classify } from '../src/classify.ts';
import { isWrite } from '../src/methods.ts';

const no = (error: string): string => JSON.stringify({ ok: false, error });

describe('an answer of Slack', () => {
  it.each<[string, number, Record<string, string>, string, object]>([
    [
      'a message',
      200,
      {},
      '{"ok":true,"channel":"C1","ts":"1.2"}',
      { evidence: 'accepted', vendorId: 'C1:1.2', remember: 'all' },
    ],
    ['done', 200, {}, '{"ok":true}', { evidence: 'accepted' }],
    ['done, with a secret inside', 200, {}, '{"ok":true,"authed_user":{"access_token":"x"}}', { remember: 'never' }],
    ['ok under another status', 502, {}, '{"ok":true}', { evidence: 'unknown' }],
    ['no JSON', 200, {}, '<html>', { evidence: 'unknown' }],
    ['neither ok nor an error', 200, {}, '{}', { evidence: 'unknown' }],
    ['a rate limit', 429, { 'retry-after': '3' }, no('ratelimited'), { evidence: 'not_applied', retryAfterMs: 3_000 }],
    ["a gateway's rate limit", 429, { 'retry-after': '3' }, '{"message":"slow down"}', { evidence: 'unknown' }],
    ['a request that was cut', 200, {}, no('request_timeout'), { evidence: 'not_applied' }],
    ['a missing scope', 200, {}, no('missing_scope'), { evidence: 'not_applied', environment: true }],
    ['an error behind which it may have happened', 200, {}, no('fatal_error'), { evidence: 'unknown' }],
    ['any other error', 200, {}, no('msg_too_long'), { evidence: 'rejected', reason: 'msg_too_long' }],
  ])('that is %s', (_name, status, headers, body, verdict) => {
    expect(classify({ status, headers, body })).toMatchObject(verdict);
  });
});

describe('a method', () => {
  it.each([
    'conversations.history',
    'users.list',
    'chat.getPermalink',
    'team.info',
    'search.messages',
    'users.profile.get',
    'bots.info',
  ])('%s reads', (method) => expect(isWrite(method)).toBe(false));
  it.each([
    'chat.postMessage',
    'chat.update',
    'users.profile.set',
    'reactions.add',
    'files.completeUploadExternal',
    'not.yet.known',
  ])('%s writes', (method) => expect(isWrite(method)).toBe(true));
});
