import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';

import * as api from '@opentelemetry/api';
import type { EffectEvent, LedgerEvent, Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { observeWith, type OtelApi } from '@oncely/core/otel';
import { afterEach, describe, expect, it } from 'vitest';

import { desk, lost, openShop, type TestOncely } from '../oncely/vendor.ts';
import { startTelemetry } from './telemetry.ts';

const secret = 'sk_live_planted_4242424242';
const act = (oncely: TestOncely, parameters: Record<string, unknown> = {}, options = {}): Promise<{ id: string }> =>
  oncely.scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.write('refund', parameters)));

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function listen<E>(name: string): E[] {
  const heard: E[] = [];
  const hear = (event: unknown): void => {
    heard.push(event as E);
  };
  subscribe(name, hear);
  ends.push(() => unsubscribe(name, hear));
  return heard;
}

describe('what is told', () => {
  it('holds no input, result, header or error text, in events, spans and metrics', async () => {
    const telemetry = startTelemetry();
    ends.push(() => telemetry.end());
    const events = [listen<EffectEvent>('oncely:effect'), listen<LedgerEvent>('oncely:ledger')];
    const shop = openShop();
    const answer = { status: 402, headers: { authorization: secret }, body: JSON.stringify({ error: secret }) };
    shop.vendor.script.push(
      (commit): Verdict => ({ ...lost(commit), cause: new Error(secret) }) as Verdict,
      (): Verdict => ({ evidence: 'rejected', reason: `declined ${secret}`, response: answer }),
    );
    const oncely = shop.start();
    await act(oncely, { text: secret, [secret]: 1 }).catch(() => undefined);
    await act(oncely, { text: secret, other: secret }).catch(() => undefined);
    await act(oncely, { text: `${secret} changed` }, { approval: 'required' }).catch(() => undefined);
    await oncely.recover();
    const { resourceMetrics } = await telemetry.reader.collect();
    const spans = telemetry
      .spans()
      .map(({ name, attributes, status, links, events: marks }) => ({ name, attributes, status, links, marks }));
    expect(spans.length).toBeGreaterThan(5);
    expect(events.flat().length).toBeGreaterThan(20);
    expect(JSON.stringify({ events, spans, resourceMetrics })).not.toContain(secret);
  });

  it('is nothing where nobody listens: no event is made and no clock is asked for it', async () => {
    expect(channel('oncely:effect').hasSubscribers).toBe(false);
    let asked = 0;
    const counting = {
      monotonic: () => {
        asked += 1;
        return performance.now();
      },
      wall: () => Date.now(),
      sleep: () => Promise.resolve(),
    };
    const measure = async (): Promise<number> => {
      const oncely = openShop().start({ clock: counting });
      await act(oncely);
      asked = 0;
      await act(oncely);
      return asked;
    };
    const alone = await measure();
    listen('oncely:effect');
    listen('oncely:ledger');
    expect(await measure()).toBeGreaterThan(alone);
    for (const end of ends.splice(0)) await end();
    expect(await measure()).toBe(alone);
  });
});

describe('trouble with telemetry', () => {
  it('of a tracer, a meter and a ledger that throw does not reach the caller, nor end the process', async () => {
    const uncaught: unknown[] = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error));
    ends.push(() => {
      process.removeAllListeners('uncaughtException');
      for (const listener of before) process.on('uncaughtException', listener);
    });
    const broken = (): never => {
      throw new Error('the exporter is down');
    };
    const meter = {
      createCounter: () => ({ add: broken }),
      createHistogram: () => ({ record: broken }),
      createObservableGauge: () => ({}),
      addBatchObservableCallback: () => undefined,
      removeBatchObservableCallback: broken,
    };
    ends.push(observeWith({ api, tracer: { startSpan: broken }, meter, ledger: memoryLedger() }));
    const shop = openShop();
    expect(await act(shop.start())).toEqual({ id: 'o_1' });
    // A subscriber of somebody else's that throws is Node's to report; the caller does not notice either.
    const hear = (): never => broken();
    subscribe('oncely:effect', hear);
    ends.push(() => unsubscribe('oncely:effect', hear));
    expect(await act(shop.start())).toEqual({ id: 'o_1' });
    await expect.poll(() => uncaught.length).toBeGreaterThan(0);
    unsubscribe('oncely:effect', hear);
    uncaught.length = 0;
    expect(await act(shop.start())).toEqual({ id: 'o_1' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(uncaught).toEqual([]);
    expect(shop.vendor.sends).toBe(1);
  });

  it('of a ledger that does not answer leaves a gap in the gauges', async () => {
    const ledger = memoryLedger();
    const telemetry = startTelemetry({ ledger, everyMs: 0 });
    ends.push(() => telemetry.end());
    expect(await telemetry.points('oncely.approvals.waiting')).toEqual({ '{}': 0 });
    ledger.list = () => Promise.reject(new Error('gone'));
    const { errors } = await telemetry.reader.collect();
    expect(errors).toEqual([]);
  });

  it('ends when it is told to', async () => {
    const telemetry = startTelemetry();
    await telemetry.end();
    await act(openShop().start());
    expect(telemetry.spans()).toEqual([]);
    expect(channel('oncely:effect').hasSubscribers).toBe(false);
    expect(channel('oncely:ledger').hasSubscribers).toBe(false);
  });

  it('the API fits as it is, by the name of its module', async () => {
    const whole: OtelApi = api;
    const stop = observeWith({ api: whole });
    expect(await act(openShop().start())).toEqual({ id: 'o_1' });
    stop();
  });
});
