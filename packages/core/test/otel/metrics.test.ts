import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import type { Verdict } from '@oncely/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { metrics } from '../../src/otel/metric-table.ts';
import { declined, desk, lost, openShop, type TestOncely } from '../oncely/vendor.ts';
import { accepted, keyed, startWrites, unknown, type Writes } from '../oncely/write.ts';
import { startTelemetry, type Point, type Telemetry } from './telemetry.ts';

const refund = { charge: 'ch_1', amount: 1_000 };
const act = (oncely: TestOncely, options = {}, parameters: Record<string, unknown> = refund): Promise<{ id: string }> =>
  oncely.scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.write('refund', parameters)));
const key = 'invoice_1:desk:refund';
const about = (more: Readonly<Record<string, string>> = {}, operation = 'shop.refund'): string =>
  JSON.stringify({ 'oncely.operation': operation, ...more });

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = startTelemetry();
});
afterEach(() => telemetry.end());

/** Which metrics some test here has seen move. */
const moved = new Set<string>();
async function points(metric: keyof typeof metrics): Promise<Readonly<Record<string, Point>>> {
  const found = await telemetry.points(metrics[metric].name);
  if (Object.keys(found).length > 0) moved.add(metric);
  for (const attributes of Object.keys(found)) {
    expect(metrics[metric].attributes).toEqual(expect.arrayContaining(Object.keys(JSON.parse(attributes) as object)));
  }
  return found;
}
/** How often each value was recorded. */
const counts = (found: Readonly<Record<string, Point>>): Record<string, number> =>
  Object.fromEntries(Object.entries(found).map(([at, point]) => [at, typeof point === 'number' ? point : point.count]));

describe('the metrics', () => {
  it('count a performed effect, its replays as safe, and one call that joined', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await Promise.all([act(oncely), act(oncely)]);
    await act(oncely);
    await act(shop.start());
    expect(await points('effects')).toEqual({
      [about({ 'oncely.outcome': 'performed' })]: 1,
      [about({ 'oncely.outcome': 'replayed' })]: 2,
    });
    expect(await points('replays')).toEqual({ [about({ 'oncely.replay': 'safe' })]: 2 });
    expect(await points('joined')).toEqual({ [about()]: 1 });
    expect(counts(await points('effectDuration'))).toEqual({
      [about({ 'oncely.outcome': 'performed' })]: 1,
      [about({ 'oncely.outcome': 'replayed' })]: 2,
    });
    expect(counts(await points('sendDuration'))).toEqual({ [about({ 'oncely.evidence': 'accepted' })]: 1 });
    expect(await points('reExecutions')).toEqual({});
    expect(shop.vendor.sends).toBe(1);
  });

  it('count a resend after a lost answer as an unsafe replay, and time the doubt', async () => {
    const shop = openShop();
    shop.vendor.script.push(lost);
    await act(shop.start());
    expect(await points('reExecutions')).toEqual({ [about({ 'oncely.after': 'doubt' })]: 1 });
    expect(await points('replays')).toEqual({ [about({ 'oncely.replay': 'unsafe' })]: 1 });
    const consistent = await points('timeToConsistency');
    expect(counts(consistent)).toEqual({ [about({ 'oncely.by': 'answer' })]: 1 });
    expect(Object.values(consistent)[0]).toMatchObject({ sum: expect.toSatisfy((sum: number) => sum > 0 && sum < 60) });
  });

  it('count a second call after a no of the vendor as a re-execution and as no replay', async () => {
    const shop = openShop();
    shop.vendor.script.push((): Verdict => ({ evidence: 'not_applied', reason: 'rate_limited', retryAfterMs: 1 }));
    await act(shop.start());
    expect(await points('reExecutions')).toEqual({ [about({ 'oncely.after': 'answered' })]: 1 });
    expect(await points('replays')).toEqual({});
    expect(await points('timeToConsistency')).toEqual({});
  });

  it('count what is performed after a look that found nothing as unsafe', async () => {
    const vendor: Writes = { safety: { kind: 'constrained' }, sends: 0 };
    const answers = [unknown, accepted];
    vendor.send = () => answers.shift() ?? accepted;
    vendor.probe = () => Promise.resolve({ kind: 'absent' });
    const { oncely } = startWrites(vendor);
    await oncely.scope(desk, () => oncely.effect('w', () => oncely.clients.vendor('a').write()));
    const desks = (more: Readonly<Record<string, string>>): string => about(more, 'desk.write');
    expect(await points('probes')).toEqual({ [desks({ 'oncely.answer': 'absent' })]: 1 });
    expect(counts(await points('probeDuration'))).toEqual({ [desks({ 'oncely.answer': 'absent' })]: 1 });
    expect(await points('replays')).toEqual({ [desks({ 'oncely.replay': 'unsafe' })]: 1 });
    expect(counts(await points('timeToConsistency'))).toEqual({ [desks({ 'oncely.by': 'answer' })]: 1 });
  });

  it('count what is sent again after two looks that found nothing as unsafe', async () => {
    const vendor: Writes = { safety: { kind: 'probed' }, sends: 0 };
    const answers = [unknown, accepted];
    vendor.send = () => answers.shift() ?? accepted;
    vendor.probe = () => Promise.resolve({ kind: 'absent' });
    const { oncely } = startWrites(vendor);
    await oncely.scope(desk, () => oncely.effect('w', () => oncely.clients.vendor('a').write()));
    expect(await points('reExecutions')).toEqual({ [about({ 'oncely.after': 'absent' }, 'desk.write')]: 1 });
    expect(await points('replays')).toEqual({ [about({ 'oncely.replay': 'unsafe' }, 'desk.write')]: 1 });
    expect(counts(await points('timeToConsistency'))).toEqual({ [about({ 'oncely.by': 'probe' }, 'desk.write')]: 1 });
    expect(vendor.sends).toBe(2);
  });

  it('count rejections, refusals by code and failed calls', async () => {
    const shop = openShop();
    shop.vendor.script.push(declined);
    await expect(act(shop.start())).rejects.toMatchObject({ status: 402 });
    expect(await act(shop.start(), {}, { ...refund, amount: 5 })).toEqual({ id: 'o_1' });
    await expect(act(shop.start(), {}, { ...refund, amount: 6 })).rejects.toMatchObject({ code: 'input_changed' });
    expect(await points('refusals')).toEqual({ [about({ 'oncely.code': 'input_changed' })]: 1 });
    expect(await points('effects')).toEqual({
      [about({ 'oncely.outcome': 'rejected' })]: 1,
      [about({ 'oncely.outcome': 'performed' })]: 1,
      [about({ 'oncely.outcome': 'failed', 'oncely.code': 'input_changed' })]: 1,
    });
  });

  it('count a takeover from a holder that never reported', async () => {
    const shop = openShop();
    const dies = { times: 0 };
    shop.vendor.script.push(() => new Promise(() => undefined));
    void act(shop.start({ leaseMs: 100 })).catch(() => (dies.times += 1));
    await expect.poll(() => shop.vendor.sends).toBe(1);
    await act(shop.start({ waitMs: 20_000 }));
    expect(await points('takeovers')).toEqual({ [about()]: 1 });
    expect(counts(await points('timeToConsistency'))).toEqual({ [about({ 'oncely.by': 'answer' })]: 1 });
  });

  it('count a divergence, and what could not be recorded', async () => {
    const vendor: Writes = { safety: { kind: 'probed' }, sends: 0, send: () => unknown };
    vendor.probe = () => Promise.resolve({ kind: 'found', matches: [{ vendorId: 'w_1' }, { vendorId: 'w_2' }] });
    const ledger = memoryLedger();
    const { oncely } = startWrites(vendor, { ledger });
    await oncely.scope(desk, () => oncely.effect('w', () => oncely.clients.vendor('a').write())).catch(() => undefined);
    expect(await points('divergences')).toEqual({ [about({}, 'desk.write')]: 1 });
    expect(counts(await points('timeToConsistency'))).toEqual({ [about({ 'oncely.by': 'probe' }, 'desk.write')]: 1 });

    const broken: Writes = { safety: keyed, sends: 0 };
    const failing = memoryLedger();
    broken.send = () => {
      failing.write = () => Promise.reject(new TypeError('gone'));
      return accepted;
    };
    const second = startWrites(broken, { ledger: failing }).oncely;
    await expect(
      second.scope(desk, () => second.effect('w', () => second.clients.vendor('a').write())),
    ).rejects.toMatchObject({ code: 'not_recorded' });
    expect(await points('notRecorded')).toEqual({ [about({ 'oncely.evidence': 'accepted' }, 'desk.write')]: 1 });
    const failures = Object.entries(await points('ledgerDuration')).filter(([at]) => at.includes('failed'));
    expect(failures.map(([at]) => JSON.parse(at) as object)).toEqual([
      { 'oncely.store': 'memory', 'oncely.call': 'write', 'oncely.outcome': 'failed' },
    ]);
  });

  it('count approvals asked for and decided, and how long they waited', async () => {
    const oncely = openShop().start();
    const approval = { approval: 'required' };
    await expect(act(oncely, approval)).rejects.toMatchObject({ code: 'approval_required' });
    await expect(act(oncely, approval)).rejects.toMatchObject({ code: 'approval_required' });
    const fingerprint = (await oncely.effects.get(key))?.approval?.fingerprint ?? '';
    await oncely.effects.approve(key, { by: 'ann', fingerprint, id: 'once' });
    await oncely.effects.approve(key, { by: 'ann', fingerprint, id: 'once' });
    await act(oncely, approval);
    expect(await points('decisions')).toEqual({
      [about({ 'oncely.decision': 'asked' })]: 1,
      [about({ 'oncely.decision': 'approve' })]: 1,
    });
    expect(counts(await points('approvalWait'))).toEqual({ [about({ 'oncely.decision': 'approve' })]: 1 });
  });

  it("count a person's word on what cannot be known as the end of the doubt", async () => {
    const vendor: Writes = { safety: { kind: 'unverifiable' }, sends: 0, send: () => unknown };
    const { oncely } = startWrites(vendor);
    await expect(
      oncely.scope(desk, () => oncely.effect('w', () => oncely.clients.vendor('a').write())),
    ).rejects.toMatchObject({ code: 'stopped' });
    expect(await points('timeToConsistency')).toEqual({});
    await oncely.effects.resolve('invoice_1:desk:w', { happened: {} }, { by: 'ann' });
    expect(counts(await points('timeToConsistency'))).toEqual({ [about({ 'oncely.by': 'person' }, 'desk.write')]: 1 });
  });

  it('count unscoped writes, workflows held, and budgets used and exhausted', async () => {
    const shop = openShop();
    const observing = shop.start({ unscoped: 'observe' });
    await observing.clients.shop.write('note', {});
    expect(await points('observed')).toEqual({ [about({}, 'shop.note')]: 1 });

    const oncely = shop.start({ budgets: { reEntries: 1 } });
    for (let times = 0; times < 3; times += 1) await act(oncely);
    const budget = '{"oncely.budget":"reEntries"}';
    expect(await points('budgetUsed')).toEqual({ [budget]: { count: 2, sum: 3 } });
    expect(await points('budgetExhausted')).toEqual({ [budget]: 1 });
    await oncely.workflows.resume(desk, { by: 'ops' });
    expect(await points('workflowChanges')).toEqual({
      '{"oncely.state":"paused"}': 1,
      '{"oncely.state":"running"}': 1,
    });
  });

  it('count twins', async () => {
    const oncely = openShop().start({ twins: { withinMs: 3_600_000, onTwin: 'warn' } });
    await act(oncely);
    await oncely.scope({ ...desk, workflowId: 'other' }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)),
    );
    expect(await points('twins')).toEqual({ [about()]: 1 });
  });

  it('time the calls of the ledger and count what went as one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oncely-otel-'));
    const oncely = openShop(sqliteLedger(join(folder, 'effects.db'))).start();
    const writes = Array.from({ length: 5 }, (_, n) =>
      oncely.scope({ ...desk, businessId: `invoice_${n}` }, () =>
        oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)),
      ),
    );
    await Promise.all(writes);
    const written = { 'oncely.store': 'sqlite', 'oncely.call': 'write', 'oncely.outcome': 'written' };
    expect(counts(await points('ledgerDuration'))[JSON.stringify(written)]).toBe(10);
    const batches = Object.values(await points('batchSize'))[0] as { count: number; sum: number };
    expect(batches.sum).toBe(10);
    expect(batches.count).toBeLessThan(10);
    await oncely.close();
    rmSync(folder, { recursive: true });
  });

  it('show what waits now, asking the ledger no more often than they were told', async () => {
    const ledger = memoryLedger();
    let now = 0;
    let lists = 0;
    const counting = Object.assign(Object.create(ledger) as typeof ledger, {
      list: (query: Parameters<typeof ledger.list>[0]) => {
        lists += 1;
        return ledger.list(query);
      },
    });
    await telemetry.end();
    telemetry = startTelemetry({ ledger: counting, everyMs: 1_000, atMost: 2, monotonic: () => now });
    const shop = openShop(ledger);
    const oncely = shop.start({ maxAttempts: 1 });
    const begin = (businessId: string, options = {}): Promise<unknown> =>
      oncely
        .scope({ ...desk, businessId }, () =>
          oncely.effect('refund', options, () => oncely.clients.shop.write('refund', refund)),
        )
        .catch(() => undefined);
    expect(await points('inDoubt')).toEqual({ '{"oncely.state":"in_doubt"}': 0, '{"oncely.state":"stopped"}': 0 });
    shop.vendor.script.push(lost);
    await begin('a');
    for (const businessId of ['b', 'c', 'd']) await begin(businessId, { approval: 'required' });
    expect(await points('approvalsWaiting')).toEqual({ '{}': 0 });
    expect(lists).toBe(4);
    now = 1_000;
    expect(await points('inDoubt')).toEqual({ '{"oncely.state":"in_doubt"}': 1, '{"oncely.state":"stopped"}': 0 });
    expect((await points('doubtAge'))['{"oncely.state":"in_doubt"}']).toBeGreaterThanOrEqual(0);
    // Three wait, and no more than two were to be read.
    expect(await points('approvalsWaiting')).toEqual({ '{}': 2 });
    expect((await points('approvalsAge'))['{}']).toBeGreaterThanOrEqual(0);
    expect(lists).toBe(8);
  });

  it('all move in one of these tests', () => {
    expect([...moved].toSorted()).toEqual(Object.keys(metrics).toSorted());
  });
});
