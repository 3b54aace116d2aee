import { describe, expect, it } from 'vitest';

import { classify, type Answered } from '../src/classify.ts';
import { isWrite } from '../src/methods.ts';

const call = (method: string, fields: Record<string, string> = {}, doubted = false): Answered => ({
  method,
  fields: new URLSearchParams(fields),
  doubted,
});
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
    ['a documented error', 200, {}, no('msg_too_long'), { evidence: 'rejected', reason: 'msg_too_long' }],
    ['an error that Slack does not document', 200, {}, no('brand_new_error'), { evidence: 'unknown' }],
    ['raw HTML in the error', 200, {}, no('<html>'), { evidence: 'unknown', reason: 'undocumented_error' }],
    ['an update that failed inside of Slack', 200, {}, no('update_failed'), { evidence: 'unknown' }],
  ])('that is %s', (_name, status, headers, body, verdict) => {
    expect(classify({ status, headers, body }, call('chat.postMessage'))).toMatchObject(verdict);
  });
});

describe('"already done"', () => {
  const at = { channel: 'C1', timestamp: '1.2', name: 'eyes' };
  it.each<[string, Record<string, string>, string, string]>([
    ['reactions.add', at, 'already_reacted', 'C1:1.2:eyes'],
    ['reactions.remove', at, 'no_reaction', 'C1:1.2:eyes'],
    ['pins.add', { channel: 'C1', timestamp: '1.2' }, 'already_pinned', 'C1:1.2'],
    ['pins.remove', { channel: 'C1', timestamp: '1.2' }, 'no_pin', 'C1:1.2'],
    ['pins.remove', { channel: 'C1', timestamp: '1.2' }, 'not_pinned', 'C1:1.2'],
    ['conversations.archive', { channel: 'C1' }, 'already_archived', 'C1'],
    ['conversations.unarchive', { channel: 'C1' }, 'not_archived', 'C1'],
    ['conversations.invite', { channel: 'C1', users: 'U1' }, 'already_in_channel', 'C1'],
    ['conversations.kick', { channel: 'C1', user: 'U1' }, 'not_in_channel', 'C1:U1'],
    ['chat.delete', { channel: 'C1', ts: '1.2' }, 'message_not_found', 'C1:1.2'],
  ])('%s: after a doubt it is done, before one it is refused', (method, fields, error, vendorId) => {
    const answer = { status: 200, headers: {}, body: no(error) };
    expect(classify(answer, call(method, fields, true))).toMatchObject({ evidence: 'accepted', vendorId });
    expect(classify(answer, call(method, fields)).evidence).not.toBe('accepted');
  });

  it.each([
    ['conversations.create', { name: 'desk' }, 'name_taken'],
    ['conversations.invite', { channel: 'C1', users: 'U1,U2' }, 'already_in_channel'],
    ['chat.deleteScheduledMessage', { channel: 'C1', scheduled_message_id: 'Q1' }, 'invalid_scheduled_message_id'],
  ])('%s proves nothing by its error alone', (method, fields, error) => {
    const answer = { status: 200, headers: {}, body: no(error) };
    expect(classify(answer, call(method, fields as Record<string, string>, true))).toMatchObject({
      evidence: 'rejected',
    });
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
