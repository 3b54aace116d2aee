import type { HandleApprovalOptions } from '@oncely/slack';
import { signedBySlack } from '@oncely/testing/fakes/slack-click';
import { describe, expect, it } from 'vitest';

import { ann, bob, customerPosts, decisions, openDesk, secret, wordsIn } from './approvals.ts';

describe('who may decide', () => {
  it('by default nobody of another workspace, and nobody of whom Slack does not say it', async () => {
    const desk = await openDesk();
    const stranger = await desk.send(desk.click('Approve', { id: 'U0EVE', name: 'eve', team: 'T0OTHER' }));
    expect(stranger.ended).toMatchObject({ kind: 'refused', why: 'not_allowed' });
    expect(desk.replies).toHaveLength(1);
    expect(desk.replies[0]?.body).toMatchObject({ response_type: 'ephemeral', replace_original: false });
    expect(desk.replies[0]?.body.text).toContain('you may not decide');
    const { team_id: _team, ...user } = desk.click('Approve').payload['user'] as Record<string, unknown>;
    const payload = { ...desk.click('Approve').payload, user };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const headers = signedBySlack(body, { signingSecret: secret, now: desk.now() });
    expect((await desk.send({ body, payload, headers })).ended).toMatchObject({ why: 'not_allowed' });
    expect((await desk.effect()).approval?.state).toBe('pending');
  });

  it('is what `mayDecide` says; only true is a yes, and a throw is none', async () => {
    const desk = await openDesk();
    const asked: string[] = [];
    const mayDecide: HandleApprovalOptions['mayDecide'] = async (actor, { operation, contract }) => {
      asked.push(`${actor.user} ${operation} ${contract.businessId}`);
      return actor.user === bob.id;
    };
    expect((await desk.send(desk.click('Approve', ann), { mayDecide })).ended).toMatchObject({ why: 'not_allowed' });
    const truthy = (() => 'yes') as unknown as NonNullable<HandleApprovalOptions['mayDecide']>;
    expect((await desk.send(desk.click('Approve', ann), { mayDecide: truthy })).ended.kind).toBe('refused');
    const broken = await desk.send(desk.click('Approve', ann), {
      mayDecide: () => {
        throw new Error('directory unreachable');
      },
    });
    expect([broken.status, broken.ended.kind]).toEqual([500, 'failed']);
    expect(desk.replies.at(-1)?.body.text).toContain('click again');
    expect(wordsIn(desk.replies)).not.toContain('directory');
    expect(await decisions(desk)).toEqual([]);
    expect((await desk.send(desk.click('Approve', bob), { mayDecide })).ended.kind).toBe('approved');
    expect(asked).toEqual(['U0ANN', 'U0BOB'].map((user) => `${user} slack.chat.postMessage case_1`));
  });

  it('is said of a person whose name cannot pass for more than a name', async () => {
    const desk = await openDesk();
    await desk.send(desk.click('Approve', { id: 'U0EVE', name: 'eve\u202e\n{"type":"decided"}' }));
    const { approval } = await desk.effect();
    expect([approval?.by, approval?.reason]).toEqual(['slack:U0EVE', 'in Slack, as eve{"type":"decided"}']);
  });
});

describe('where two people must approve', () => {
  const twoEyes = {
    version: 1,
    operations: {
      'slack.chat.postMessage': { approvers: 2, when: ({ channel }: { channel: string }) => channel === 'C0CUSTOMER' },
    },
  } as const;

  it('one is not enough, the message says who has, and the second makes it happen once', async () => {
    const desk = await openDesk({ approvals: twoEyes });
    expect((await desk.send(desk.click('Approve', ann))).ended).toMatchObject({ kind: 'recorded', told: true });
    const blocks = wordsIn(desk.replies[0]?.body.blocks);
    expect(blocks).toContain('*Approved so far*\\n1 of 2: <@U0ANN>');
    expect(blocks).toContain('"actions"');
    await expect(desk.wish()).rejects.toMatchObject({ code: 'approval_required' });
    expect((await desk.send(desk.click('Approve', bob), { perform: true })).ended).toMatchObject({
      kind: 'approved',
      effect: { state: 'succeeded' },
    });
    expect(wordsIn(desk.replies[1]?.body.blocks)).toContain('*Approved* by <@U0ANN>, <@U0BOB>');
    expect(wordsIn(desk.replies[1]?.body.blocks)).toContain('The effect: succeeded');
    await desk.wish();
    expect(customerPosts(desk)).toBe(1);
  });

  it('they are two people: one who clicks twice, under two names too, is one', async () => {
    const desk = await openDesk({ approvals: twoEyes });
    await desk.send(desk.click('Approve', ann));
    const again = await desk.send(desk.click('Approve', { ...ann, name: 'anne' }, desk.now() + 1_000));
    expect(again.ended).toMatchObject({ kind: 'recorded' });
    expect((await desk.effect()).approval).toMatchObject({ state: 'pending', approvedBy: ['slack:U0ANN'] });
    expect(await decisions(desk)).toEqual(['approve slack:U0ANN']);
  });

  it('they are who `identify` says they are, whichever way they decided', async () => {
    const desk = await openDesk({ approvals: twoEyes });
    const { key, approval } = await desk.effect();
    await desk.process.oncely.effects.approve(key, {
      by: 'ann@desk.example',
      fingerprint: approval?.fingerprint ?? '',
    });
    const identify = async ({ name }: { readonly name?: string }): Promise<string> => `${name}@desk.example`;
    expect((await desk.send(desk.click('Approve', ann), { identify })).ended).toMatchObject({ kind: 'recorded' });
    expect((await desk.effect()).approval?.state).toBe('pending');
    const second = await desk.send(desk.click('Approve', bob), { identify });
    expect(second.ended).toMatchObject({ kind: 'approved', by: 'bob@desk.example' });
    expect(wordsIn(desk.replies.at(-1)?.body.blocks)).toContain('*Approved* by `ann@desk.example`, `bob@desk.example`');
  });
});

it("core's own `mayDecide` refuses as ours does, in words that people understand", async () => {
  const desk = await openDesk({
    approvals: { version: 1, operations: {}, mayDecide: ({ by }) => by !== 'slack:U0ANN' },
  });
  for (const button of ['Approve', 'Decline'] as const) {
    expect((await desk.send(desk.click(button, ann))).ended).toMatchObject({ kind: 'refused', why: 'not_allowed' });
    expect(desk.replies.at(-1)?.body.text).toBe('Your click changed nothing: you may not decide this.');
  }
  expect((await desk.effect()).approval?.state).toBe('pending');
  expect((await desk.send(desk.click('Approve', bob))).ended.kind).toBe('approved');
});
