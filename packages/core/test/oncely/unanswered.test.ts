import type { ApprovalRule } from '@oncely/core';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';

import { hour, house, noon, slot } from './house.ts';
import { desk, openShop } from './vendor.ts';

const heard: { type: string; to?: readonly string[] }[] = [];
const hear = (message: unknown): void => {
  const event = message as { type: string };
  if (/^approval_(reminded|escalated|expired)$/.test(event.type)) heard.push(event);
};
afterEach(() => {
  unsubscribe('oncely:effect', hear);
  heard.length = 0;
});

describe('a question that expires', () => {
  it('says so to the next call: that it ran out, when, and that it is asked anew', async () => {
    const { ask, time, shop } = house({ ttlMs: hour });
    expect(await ask()).not.toContain('expired');
    time.now += hour;
    const said = await ask();
    expect(said).toContain('expired at 2026-06-01T11:00:00.000Z without an answer, so it is asked anew');
    expect(said).toContain('This call sent nothing.');
    expect(shop.vendor.sends).toBe(0);
  });

  it('says of an answer that was not used in time that it was one', async () => {
    const { ask, approve, time } = house({ ttlMs: hour });
    await ask();
    await approve('ann');
    time.now += hour;
    expect(await ask()).toContain('The approval expired at 2026-06-01T11:00:00.000Z before it was used');
  });

  it('says nothing of a question for other input', async () => {
    const { ask, time } = house({ ttlMs: hour });
    await ask(1);
    time.now += hour;
    expect(await ask(2)).not.toContain('expired');
  });

  it('is marked by recover(), told once, and not asked anew by it', async () => {
    subscribe('oncely:effect', hear);
    const { ask, oncely, time, shop, effect, start } = house({ ttlMs: hour });
    await ask();
    expect((await oncely.recover()).told).toEqual([]);
    time.now += hour;
    expect((await effect()).approval?.standing).toMatchObject({ expired: true });
    const [one, other] = [start(), start()];
    const told = await Promise.all([one.recover(), other.recover()]);
    expect(told.flatMap((each) => each.told)).toEqual([{ slot, what: 'expired' }]);
    expect((await effect()).approval).toMatchObject({ state: 'expired', lapsed: { at: noon + hour, was: 'asked' } });
    expect((await oncely.effects.history(slot)).map(({ event }) => event['type'])).toContain('approval_expired');
    expect((await oncely.recover()).told).toEqual([]);
    expect(heard).toHaveLength(1);
    expect((await oncely.effects.list({ approval: 'pending' })).effects).toEqual([]);
    expect(shop.vendor.sends).toBe(0);
  });

  it('cannot be approved any more, which says when it ran out', async () => {
    const { ask, oncely, time, approve } = house({ ttlMs: hour });
    await ask();
    time.now += hour;
    await expect(approve('ann')).rejects.toThrow(/expired.* at 2026-06-01T11:00:00\.000Z/);
    await oncely.recover();
    await expect(approve('ann')).rejects.toThrow(/expired.* at 2026-06-01T11:00:00\.000Z/);
  });

  it('is asked anew by the run after it was marked, and then goes its way', async () => {
    const { ask, oncely, time, approve, effect, shop } = house({ ttlMs: hour });
    await ask();
    time.now += hour;
    await oncely.recover();
    expect(await ask()).toContain('expired at 2026-06-01T11:00:00.000Z without an answer');
    expect(await ask()).toContain('expired at 2026-06-01T11:00:00.000Z without an answer');
    await approve('ann');
    expect(await ask()).toBe('paid');
    expect((await effect()).approval?.lapsed).toEqual({ at: noon + hour, was: 'asked' });
    expect(shop.vendor.sends).toBe(1);
  });

  it('tells whoever completes what was handed in', async () => {
    const { oncely, time } = house({ ttlMs: hour });
    await oncely
      .scope(desk, () => oncely.submit('refund', () => oncely.clients.shop.write('pay', { amount: 1 })))
      .catch(() => undefined);
    time.now += hour;
    await oncely.recover();
    expect((await oncely.effects.complete(slot)).open).toContain('expired at 2026-06-01T11:00:00.000Z');
  });
});

describe('a question that nobody answers', () => {
  it('is told again once in each period, whatever number of workers looks', async () => {
    subscribe('oncely:effect', hear);
    const { ask, oncely, time, shop, start } = house({
      remindAfterMs: hour,
      remindEveryMs: 2 * hour,
      ttlMs: 100 * hour,
    });
    await ask();
    const workers = [oncely, start(), start()];
    const look = async (): Promise<number> => {
      const all = await Promise.all(workers.map((each) => each.recover()));
      return all.flatMap(({ told }) => told).length;
    };
    const counts: number[] = [];
    for (const at of [0, 0.5, 1, 1, 2, 3, 3.5, 9, 9]) {
      time.now = noon + at * hour;
      counts.push(await look());
    }
    // The reminders of the hours in which nobody looked are one.
    expect(counts).toEqual([0, 0, 1, 0, 0, 1, 0, 1, 0]);
    expect(heard.map(({ type }) => type)).toEqual(Array(3).fill('approval_reminded'));
    expect(shop.vendor.sends).toBe(0);
  });

  it('reminds once where no further time is named', async () => {
    const { ask, oncely, time, effect } = house({ remindAfterMs: hour, ttlMs: 100 * hour });
    await ask();
    time.now += 50 * hour;
    expect((await oncely.recover()).told).toHaveLength(1);
    expect((await effect()).approval?.standing).toEqual({ reminders: 1, nextAt: noon + 100 * hour });
  });

  it('is asked of others after a time, who may take each seat, and only then', async () => {
    const groups: Record<string, readonly string[]> = { ann: ['finance'], zoe: ['heads'] };
    const { ask, time, approve, effect } = house(
      {
        approvers: [
          { group: 'finance', count: 1 },
          { group: 'legal', count: 1 },
        ],
        escalateAfterMs: 4 * hour,
        to: ['heads'],
      },
      ({ by }) => ({ as: by, groups: groups[by] ?? [] }),
    );
    await ask();
    await approve('ann');
    await expect(approve('zoe')).rejects.toThrow('of no group');
    time.now += 4 * hour;
    expect((await effect()).approval?.standing?.escalatedTo).toEqual(['heads']);
    expect((await approve('zoe')).approval?.state).toBe('approved');
  });

  it('is told to the others once', async () => {
    subscribe('oncely:effect', hear);
    const { ask, oncely, time } = house({ escalateAfterMs: hour, to: ['heads'], ttlMs: 9 * hour });
    await ask();
    time.now += hour;
    expect((await oncely.recover()).told).toEqual([{ slot, what: 'escalated', to: ['heads'] }]);
    expect((await oncely.recover()).told).toEqual([]);
    expect(heard).toMatchObject([{ type: 'approval_escalated', to: ['heads'] }]);
  });

  it('is not told in quiet hours, and once at their end', async () => {
    const { ask, oncely, time, effect } = house({
      remindAfterMs: hour,
      remindEveryMs: hour,
      escalateAfterMs: 10 * hour,
      to: ['heads'],
      quietHours: { from: '20:00', to: '08:00', timeZone: 'Europe/Berlin', days: ['sat', 'sun'] },
    });
    time.now = Date.UTC(2026, 5, 5, 17, 30); // Friday, 19:30 in Berlin
    await ask();
    for (const later of [hour, 12 * hour, 40 * hour]) {
      time.now = Date.UTC(2026, 5, 5, 17, 30) + later;
      expect((await oncely.recover()).told).toEqual([]);
      expect((await effect()).approval?.standing).toMatchObject({ reminders: 0 });
    }
    expect((await effect()).approval?.standing?.nextAt).toBe(Date.UTC(2026, 5, 8, 6));
    time.now = Date.UTC(2026, 5, 8, 6);
    expect((await oncely.recover()).told.map(({ what }) => what)).toEqual(['reminded', 'escalated']);
  });

  it('costs nobody an answer that was given meanwhile', async () => {
    const { ask, oncely, time, approve } = house({ remindAfterMs: hour });
    await ask();
    await approve('ann');
    time.now += 2 * hour;
    expect((await oncely.recover()).told).toEqual([]);
  });
});

describe('a rule that cannot be meant', () => {
  it.each([
    [{ remindAfterMs: 0 }, 'remindAfterMs must be'],
    [{ remindAfterMs: '1h' }, 'remindAfterMs must be'],
    [{ remindEveryMs: 5 }, 'remindEveryMs needs remindAfterMs'],
    [{ escalateAfterMs: 5 }, "escalateAfterMs needs to: ['heads']"],
    [{ to: ['heads'] }, 'to needs escalateAfterMs'],
    [{ escalateAfterMs: 5, to: [] }, 'to must be a list of groups'],
    [{ remindAfterMs: 10, ttlMs: 10 }, 'must be below ttlMs'],
    [{ quietHours: { from: '20:00', to: '08:00' } }, 'quietHours.timeZone'],
    [{ quietHours: { from: '20:00', to: '08:00', timeZone: 'Mars/Olympus' } }, 'quietHours.timeZone'],
    [{ quietHours: { from: '8pm', to: '08:00', timeZone: 'UTC' } }, 'quietHours.from'],
    [{ quietHours: { from: '08:00', to: '08:00', timeZone: 'UTC' } }, 'quietHours.to'],
    [{ quietHours: { from: '20:00', to: '08:00', timeZone: 'UTC', days: ['Sunday'] } }, 'quietHours.days'],
    [{ quietHours: { from: '20:00', to: '08:00', timeZone: 'UTC', zone: 1 } }, 'quietHours.zone is no part'],
  ])('%j is refused by its name', (rule, why) => {
    expect(() =>
      openShop().start({ approvals: { version: 1, operations: { 'shop.pay': rule as ApprovalRule } } }),
    ).toThrow(why);
  });
});
