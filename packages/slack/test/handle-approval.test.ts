import type { Effects } from '@oncely/core';
import { takeSlackReplies } from '@oncely/testing/fakes/slack-click';
import { describe, expect, it } from 'vitest';

import { ann, bob, customerPosts, decisions, openDesk, wordsIn } from './approvals.ts';

describe('a click on Approve', () => {
  it('approves what was shown, says so in the message, and the replay performs once', async () => {
    const desk = await openDesk();
    expect(customerPosts(desk)).toBe(0);
    const { status, body, ended } = await desk.send(desk.click('Approve'));
    expect([status, body]).toEqual([200, '']);
    expect(ended).toMatchObject({
      kind: 'approved',
      told: true,
      by: 'slack:U0ANN',
      actor: { name: 'ann', team: 'T0FAKE' },
    });
    expect((await desk.effect()).approval).toMatchObject({
      state: 'approved',
      by: 'slack:U0ANN',
      reason: 'in Slack, as ann',
    });
    expect(desk.replies).toHaveLength(1);
    expect(desk.replies[0]?.url).toMatch(/^https:\/\/hooks\.slack\.com\/actions\//);
    expect(desk.replies[0]?.body.replace_original).toBe(true);
    expect(wordsIn(desk.replies[0]?.body.blocks)).toContain('*Approved* by <@U0ANN>');
    expect(wordsIn(desk.replies[0]?.body.blocks)).not.toContain('"actions"');
    await Promise.all(Array.from({ length: 10 }, () => desk.wish()));
    await desk.wish();
    expect(customerPosts(desk)).toBe(1);
  });

  it('delivered again, at the same time too, is one decision', async () => {
    const desk = await openDesk();
    const click = desk.click('Approve');
    const both = await Promise.all([desk.send(click), desk.send(click)]);
    const again = await desk.send(click);
    expect([...both, again].map(({ ended }) => ended.kind)).toEqual(['approved', 'approved', 'approved']);
    expect(await decisions(desk)).toEqual(['approve slack:U0ANN']);
    await desk.wish();
    expect((await desk.send(click)).ended).toMatchObject({ kind: 'approved', effect: { state: 'succeeded' } });
    expect(await decisions(desk)).toEqual(['approve slack:U0ANN']);
  });

  it('of a second person changes nothing and says who was first', async () => {
    const desk = await openDesk();
    await desk.send(desk.click('Approve', ann));
    const { ended } = await desk.send(desk.click('Approve', bob));
    expect(ended).toMatchObject({ kind: 'refused', why: 'decided' });
    expect(desk.replies.at(-2)?.body).toMatchObject({ response_type: 'ephemeral', replace_original: false });
    expect(desk.replies.at(-2)?.body.text).toContain('it was approved by <@U0ANN> before');
    expect(wordsIn(desk.replies.at(-1)?.body.blocks)).toContain('*Approved* by <@U0ANN>');
    expect(await decisions(desk)).toEqual(['approve slack:U0ANN']);
  });

  it('after the input was changed is refused, and the message says so', async () => {
    const desk = await openDesk();
    const stale = desk.click('Approve');
    await desk.wish('Dear other customer').catch(() => undefined);
    const { ended } = await desk.send(stale);
    expect(ended).toMatchObject({ kind: 'refused', why: 'changed', told: true });
    expect(desk.replies[0]?.body.text).toContain('has changed since it was shown');
    expect(wordsIn(desk.replies[1]?.body.blocks)).toContain('Out of date');
    expect(await decisions(desk)).toEqual([]);
    await expect(desk.wish('Dear other customer')).rejects.toMatchObject({ code: 'approval_required' });
    await expect(desk.wish('Dear other customer')).rejects.toMatchObject({ code: 'approval_required' });
    expect(customerPosts(desk)).toBe(0);
  });

  it('changed between our look and the decision, is refused by core', async () => {
    const desk = await openDesk();
    const { effects } = desk.process.oncely;
    let looks = 0;
    const hasty: Pick<Effects, 'get' | 'approve' | 'decline'> = {
      ...effects,
      get: async (id) => {
        const seen = await effects.get(id);
        looks += 1;
        if (looks === 1) await desk.wish('Dear other customer').catch(() => undefined);
        return seen;
      },
    };
    const { ended } = await desk.send(desk.click('Approve'), { oncely: { effects: hasty } });
    expect(ended).toMatchObject({ kind: 'refused', why: 'changed' });
    expect(await decisions(desk)).toEqual([]);
  });

  it('after it expired is refused, and after it was asked anew the old message is out of date', async () => {
    const desk = await openDesk({ ttlMs: 60_000 });
    desk.world.later(61_000);
    const { ended } = await desk.send(desk.click('Approve'));
    expect(ended).toMatchObject({ kind: 'refused', why: 'expired' });
    expect(desk.replies[0]?.body.text).toContain('had expired');
    expect(wordsIn(desk.replies[1]?.body.blocks)).toContain('Expired before it was decided');
    await desk.wish().catch(() => undefined);
    expect((await desk.send(desk.click('Approve'))).ended).toMatchObject({ kind: 'refused', why: 'changed' });
    expect(await decisions(desk)).toEqual([]);
    expect(customerPosts(desk)).toBe(0);
  });

  it('of an effect that was cancelled says so', async () => {
    const desk = await openDesk();
    await desk.process.oncely.effects.cancel((await desk.effect()).key, { by: 'ops' });
    expect((await desk.send(desk.click('Approve'))).ended).toMatchObject({ kind: 'refused', why: 'decided' });
    expect(desk.replies[0]?.body.text).toContain('the effect is cancelled already');
    expect((await desk.effect()).approval?.state).toBe('pending');
  });

  it('holds for as long as `ttlMs` says', async () => {
    const desk = await openDesk();
    await desk.send(desk.click('Approve'), { ttlMs: 60_000 });
    desk.world.later(61_000);
    await expect(desk.wish()).rejects.toMatchObject({ code: 'approval_required' });
    expect(customerPosts(desk)).toBe(0);
  });
});

describe('a click on Decline', () => {
  it('declines, says so in the message, and nothing is sent', async () => {
    const desk = await openDesk();
    const click = desk.click('Decline', bob);
    const both = await Promise.all([desk.send(click), desk.send(click)]);
    expect(both).toMatchObject([{ ended: { kind: 'declined', told: true } }, { ended: { kind: 'declined' } }]);
    expect((await desk.send(click)).ended).toMatchObject({ kind: 'declined' });
    expect(await decisions(desk)).toEqual(['decline slack:U0BOB']);
    expect(wordsIn(desk.replies[0]?.body.blocks)).toContain('*Declined* by <@U0BOB>');
    await expect(desk.wish()).rejects.toMatchObject({ code: 'declined' });
    expect(customerPosts(desk)).toBe(0);
  });

  it('after an approval changes nothing: it is no way to take it back', async () => {
    const desk = await openDesk();
    await desk.send(desk.click('Approve', ann));
    expect((await desk.send(desk.click('Decline', bob))).ended).toMatchObject({ kind: 'refused', why: 'decided' });
    expect(await decisions(desk)).toEqual(['approve slack:U0ANN']);
    await desk.wish();
    expect(customerPosts(desk)).toBe(1);
  });

  it('of other input than was shown changes nothing', async () => {
    const desk = await openDesk();
    await desk.wish('Dear other customer').catch(() => undefined);
    expect((await desk.send(desk.click('Decline'))).ended).toMatchObject({ kind: 'refused', why: 'changed' });
    expect(await decisions(desk)).toEqual([]);
  });
});

it('told in the wrong order, the message ends with what stands', async () => {
  const desk = await openDesk();
  // Somebody takes the approval back while the message is being changed to say it.
  const { fetch: reply, replies } = takeSlackReplies();
  let told = 0;
  const slow: typeof fetch = async (url, init) => {
    told += 1;
    if (told === 1) await desk.process.oncely.effects.revoke((await desk.effect()).key, { by: 'slack:U0BOB' });
    return reply(url, init);
  };
  await desk.send(desk.click('Approve', ann), { fetch: slow });
  expect(replies).toHaveLength(2);
  expect(wordsIn(replies[0]?.body.blocks)).toContain('*Approved* by <@U0ANN>');
  expect(wordsIn(replies[1]?.body.blocks)).toContain('*Declined* by <@U0BOB>');
});

it('two people at once: one decision stands, and the message ends with it', async () => {
  for (const [first, second] of [
    ['Approve', 'Decline'],
    ['Decline', 'Approve'],
    ['Approve', 'Approve'],
  ] as const) {
    const desk = await openDesk();
    const ended = await Promise.all([desk.send(desk.click(first, ann)), desk.send(desk.click(second, bob))]);
    const { approval } = await desk.effect();
    const last = desk.replies.findLast(({ body }) => body.replace_original === true);
    expect(wordsIn(last?.body.blocks)).toContain(
      `*${approval?.state === 'approved' ? 'Approved' : 'Declined'}* by <@${approval?.by?.slice('slack:'.length)}>`,
    );
    for (const { status } of ended) expect(status).toBe(200);
    await desk.wish().catch(() => undefined);
    expect(customerPosts(desk)).toBe(approval?.state === 'approved' ? 1 : 0);
  }
});
