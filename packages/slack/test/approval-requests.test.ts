import { OncelyError } from '@oncely/core';
import { approvalRoute, handleApproval } from '@oncely/slack';
import { signedBySlack } from '@oncely/testing/fakes/slack-click';
import { describe, expect, it } from 'vitest';

import { openDesk, secret, type Desk } from './approvals.ts';

describe('the answer to Slack', () => {
  it('does not wait for a decision that takes too long; the message is told later', async () => {
    const desk = await openDesk();
    const { effects } = desk.process.oncely;
    let go: (() => void) | undefined;
    const slow = new Promise<void>((resolve) => {
      go = resolve;
    });
    const answer = await desk.handler({
      oncely: {
        effects: {
          ...effects,
          approve: async (id, actor) => {
            await slow;
            return effects.approve(id, actor);
          },
        },
      },
      // The two seconds are over at once, a reply has all the time it needs.
      clock: { wall: desk.now, sleep: (ms) => (ms === 2_000 ? Promise.resolve() : new Promise(() => {})) },
    })(desk.click('Approve'));
    expect(answer.status).toBe(200);
    expect((await desk.effect()).approval?.state).toBe('pending');
    go?.();
    expect(await answer.outcome).toMatchObject({ kind: 'approved', told: true });
  });

  it('is 500 where the ledger cannot be reached, and the person is asked to click again', async () => {
    const desk = await openDesk();
    const { effects } = desk.process.oncely;
    const down = (): never => {
      throw new OncelyError('ledger_unavailable', { message: 'postgres://ledger:hunter2@10.0.0.1 is down' });
    };
    const { status, ended } = await desk.send(desk.click('Approve'), {
      oncely: { effects: { ...effects, approve: async () => down() } },
    });
    expect([status, ended.kind]).toEqual([500, 'failed']);
    expect(JSON.stringify(desk.replies)).not.toMatch(/hunter2|10\.0\.0\.1/);
    expect((await desk.send(desk.click('Approve'))).ended.kind).toBe('approved');
  });

  it('does not depend on the message: what was decided stands though it could not be told', async () => {
    const desk = await openDesk({ statuses: [404] });
    expect((await desk.send(desk.click('Approve'))).ended).toMatchObject({ kind: 'approved', told: false });
    const patient = await openDesk({ statuses: [500, 429] });
    expect((await patient.send(patient.click('Approve'))).ended).toMatchObject({ kind: 'approved', told: true });
  });

  it('is never a reply to anywhere but Slack', async () => {
    const desk = await openDesk();
    for (const url of [
      'http://hooks.slack.com/a',
      'https://hooks.slack.com.evil.example/a',
      'https://10.0.0.1/a',
      '?',
    ]) {
      const payload = { ...desk.click('Approve').payload, response_url: url };
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const request = { body, payload, headers: signedBySlack(body, { signingSecret: secret, now: desk.now() }) };
      expect((await desk.send(request)).ended).toMatchObject({ kind: 'approved', told: false });
    }
    expect(desk.replies).toEqual([]);
  });
});

describe('what is not an approval of ours', () => {
  const signed = (desk: Desk, body: string): { body: string; headers: Readonly<Record<string, string>> } => ({
    body,
    headers: signedBySlack(body, { signingSecret: secret, now: desk.now() }),
  });
  const payloads = (desk: Desk): [string, unknown][] => {
    const { payload } = desk.click('Approve');
    const [action] = payload['actions'] as Record<string, unknown>[];
    const withAction = (change: object): unknown => ({ ...payload, actions: [{ ...action, ...change }] });
    return [
      ['another type', { ...payload, type: 'view_submission' }],
      ['another action', withAction({ action_id: 'like' })],
      ['another block', withAction({ block_id: 'other' })],
      ['another namespace', withAction({ action_id: 'billing:approval:approve' })],
      ['no button', withAction({ type: 'static_select' })],
      ['two actions', { ...payload, actions: [action, action] }],
      ['no actions', { ...payload, actions: [] }],
      ['a value that is no JSON', withAction({ value: 'approve' })],
      ['a value of another shape', withAction({ value: '{"v":2}' })],
      ['a value without its version', withAction({ value: '{"v":1,"slot":"a:b:c","fingerprint":"f","asked":1}' })],
      ['no user', { ...payload, user: {} }],
      ['a user that is none', { ...payload, user: { id: 'U1 (ann)' } }],
      ['a list', []],
      ['a text', 'approve'],
    ];
  };

  it('is left to the other handlers, and changes nothing', async () => {
    const desk = await openDesk();
    for (const [what, payload] of payloads(desk)) {
      const answer = await desk.handler()(
        signed(desk, new URLSearchParams({ payload: JSON.stringify(payload) }).toString()),
      );
      expect([what, answer.status, await answer.outcome]).toEqual([what, 404, { kind: 'not_ours', payload }]);
    }
    expect((await desk.effect()).approval?.state).toBe('pending');
  });

  it('is refused where it cannot be read, or is of another content type', async () => {
    const desk = await openDesk();
    const { body, headers } = desk.click('Approve');
    for (const [given, status] of [
      ['', 400],
      ['payload=%7B', 400],
      ['other=1', 400],
      [`${body}&${body}`, 400],
      ['x'.repeat(1_000_001), 413],
    ] as const) {
      const answer = await desk.handler()(signed(desk, given));
      expect([answer.status, answer.body]).toEqual([status, '']);
      expect(await answer.outcome).toMatchObject({ kind: 'rejected', error: { code: 'invalid_input' } });
    }
    for (const type of ['application/json', 'multipart/form-data', 'text/plain', undefined]) {
      const answer = await desk.handler()({ body, headers: { ...headers, 'content-type': type } });
      expect([type, answer.status]).toEqual([type, 415]);
    }
    expect((await desk.effect()).approval?.state).toBe('pending');
  });

  it('is an effect of another ledger', async () => {
    const desk = await openDesk();
    const other = await openDesk();
    const empty = { ...desk.process.oncely.effects, get: async () => undefined };
    const { ended } = await desk.send(desk.click('Approve'), { oncely: { effects: empty } });
    expect(ended).toMatchObject({ kind: 'refused', why: 'not_found' });
    expect(desk.replies.map(({ body }) => body.response_type)).toEqual(['ephemeral']);
    // The same names and another ledger's fingerprint.
    expect((await other.send(desk.click('Approve'))).ended).toMatchObject({ kind: 'refused', why: 'changed' });
  });
});

describe('as a web-standard route', () => {
  const requestOf = ({ headers, body }: { headers: Readonly<Record<string, string>>; body: string }): Request =>
    new Request('https://desk.example/slack', { method: 'POST', headers: { ...headers }, body });

  it('takes the request as it came, and gives what goes on behind the answer', async () => {
    const desk = await openDesk();
    const after: Promise<unknown>[] = [];
    const route = approvalRoute(desk.handler(), { after: (outcome) => after.push(outcome) });
    const response = await route(requestOf(desk.click('Approve', { id: 'U0JORG', name: 'Jörg' })));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await Promise.all(after)).toMatchObject([{ kind: 'approved', actor: { name: 'Jörg' } }]);
  });

  it('hands on what is not ours, and refuses the rest', async () => {
    const desk = await openDesk();
    const route = approvalRoute(desk.handler(), { otherwise: () => new Response('mine') });
    const body = new URLSearchParams({ payload: '{"type":"view_submission"}' }).toString();
    const other = { body, headers: signedBySlack(body, { signingSecret: secret, now: desk.now() }) };
    expect(await (await route(requestOf(other))).text()).toBe('mine');
    expect((await approvalRoute(desk.handler())(requestOf(other))).status).toBe(404);
    const forged = { ...other, headers: signedBySlack(body, { signingSecret: 'another-secret', now: desk.now() }) };
    expect((await route(requestOf(forged))).status).toBe(401);
    expect((await route(requestOf({ headers: {}, body: 'x'.repeat(1_000_001) }))).status).toBe(413);
    expect((await route(new Request('https://desk.example/slack'))).status).toBe(405);
    const read = requestOf(desk.click('Approve'));
    await read.text();
    await expect(route(read)).rejects.toMatchObject({ code: 'invalid_config' });
  });
});

describe('options and bodies that cannot work', () => {
  it('are refused, naming the fix and never the secret', async () => {
    const desk = await openDesk();
    const { oncely } = desk.process;
    for (const signingSecret of [
      '',
      'short',
      'with a blank-0123',
      ' \n0123456789',
      [],
      [secret, ''],
      undefined as never,
    ]) {
      let error: unknown;
      try {
        handleApproval({ oncely, signingSecret });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'invalid_config', message: expect.stringContaining('fix: signingSecret') });
      expect(String(error)).not.toMatch(/0123/);
    }
    expect(() => handleApproval({ oncely, signingSecret: secret, ackWithinMs: 3_001 })).toThrow(/ackWithinMs/);
    expect(() => handleApproval({ oncely, signingSecret: secret, namespace: 'a:b' })).toThrow(/namespace/);
    const parsed = { headers: desk.click('Approve').headers, body: { payload: '{}' } as unknown as string };
    await expect(desk.handler()(parsed)).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('express.text'),
    });
  });
});
