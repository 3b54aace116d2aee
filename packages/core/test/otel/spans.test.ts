import { mkdtempSync, rmSync } from 'node:fs';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as api from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { desk, lost, openShop, type TestOncely } from '../oncely/vendor.ts';
import { startWrites, unknown, type Writes } from '../oncely/write.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';

const refund = { charge: 'ch_1', amount: 1_000 };
const act = (oncely: TestOncely, scope = {}): Promise<{ id: string }> =>
  oncely.scope({ ...desk, ...scope }, () => oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)));

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = startTelemetry();
});
afterEach(() => telemetry.end());

/** Runs `fn` in a span of the caller's, and gives its trace. */
async function inCaller(fn: () => Promise<unknown>): Promise<{ traceId: string; spanId: string }> {
  const span = telemetry.tracer.startSpan('caller');
  await api.context.with(api.trace.setSpan(api.context.active(), span), fn);
  span.end();
  return span.spanContext();
}

const named = (name: string): readonly ReadableSpan[] => telemetry.spans().filter((span) => span.name === name);
const theOnly = (name: string): ReadableSpan => {
  const found = named(name);
  expect(found).toHaveLength(1);
  return found[0] as ReadableSpan;
};
/** The names of a span's children, in order. */
const under = (parent: ReadableSpan): readonly string[] =>
  telemetry
    .spans()
    .filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId)
    .map((span) => span.name);

describe('the spans of an effect', () => {
  it('a first execution is claim, perform and settle under one span in the trace of its caller', async () => {
    const caller = await inCaller(() => act(openShop().start(), { correlationId: 'run-7' }));
    const effect = theOnly('effect shop.refund');
    expect(effect.parentSpanContext?.spanId).toBe(caller.spanId);
    expect(effect.attributes).toMatchObject({
      'oncely.slot': 'invoice_1:desk:refund',
      'oncely.outcome': 'performed',
      'oncely.recovering': false,
      'oncely.correlation_id': 'run-7',
    });
    expect(under(effect)).toEqual(['claim', 'perform', 'settle']);
    expect(theOnly('perform')).toMatchObject({
      kind: api.SpanKind.CLIENT,
      attributes: { 'oncely.attempt': 1, 'oncely.evidence': 'accepted' },
    });
    for (const span of telemetry.spans()) expect(span.spanContext().traceId).toBe(caller.traceId);
  });

  it('a replay performs nothing and is linked to the run that began the effect', async () => {
    const shop = openShop();
    await inCaller(() => act(shop.start()));
    const second = await inCaller(() => act(shop.start()));
    const [first, replay] = named('effect shop.refund') as [ReadableSpan, ReadableSpan];
    expect(replay.attributes).toMatchObject({ 'oncely.outcome': 'replayed', 'oncely.replay': 'safe' });
    expect(replay.spanContext().traceId).toBe(second.traceId);
    expect(under(replay)).toEqual([]);
    expect(replay.links.map((link) => link.context.spanId)).toEqual([first.spanContext().spanId]);
    expect(named('perform')).toHaveLength(1);
  });

  it('a resend after a lost answer is an unsafe replay under the same span', async () => {
    const shop = openShop();
    shop.vendor.script.push(lost);
    await act(shop.start());
    const effect = theOnly('effect shop.refund');
    expect(under(effect)).toEqual(['claim', 'perform', 'settle', 'claim', 'perform', 'settle']);
    expect(effect.attributes).toMatchObject({ 'oncely.reexecution': 'doubt', 'oncely.replay': 'unsafe' });
    expect(named('perform')[0]?.status).toEqual({ code: api.SpanStatusCode.ERROR, message: 'unknown' });
  });

  it('a look-up is a probe in the trace of the run that began the effect', async () => {
    const vendor: Writes = { safety: { kind: 'probed' }, sends: 0, send: () => unknown };
    vendor.probe = () => Promise.resolve({ kind: 'unreachable', reason: 'down', retryAfterMs: 3_600_000 });
    const { oncely } = startWrites(vendor);
    const write = (): Promise<void> => oncely.effect('write', () => oncely.clients.vendor('a').write());
    const caller = await inCaller(() => expect(oncely.scope(desk, write)).rejects.toMatchObject({ code: 'in_doubt' }));
    vendor.probe = () => Promise.resolve({ kind: 'found', matches: [{ vendorId: 'w_1' }] });
    const job = await inCaller(() => oncely.recover());
    const [call, recovery] = named('effect desk.write') as [ReadableSpan, ReadableSpan];
    expect(under(call)).toEqual(['claim', 'perform', 'settle', 'probe', 'effect desk.write']);
    expect(named('probe').map((span) => span.attributes['oncely.answer'])).toEqual(['unreachable', 'found']);
    for (const probe of named('probe')) expect(probe.spanContext().traceId).toBe(caller.traceId);
    expect(recovery.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
    expect(under(recovery)).toEqual(['probe']);
    expect(recovery.links.map((link) => link.context.spanId)).toEqual([job.spanId]);
  });

  it('a refusal ends its span as failed, with the code', async () => {
    const oncely = openShop().start();
    await oncely.workflows.pause(desk, { by: 'ops' });
    await expect(act(oncely)).rejects.toMatchObject({ code: 'workflow_held' });
    expect(theOnly('effect shop.refund')).toMatchObject({
      status: { code: api.SpanStatusCode.ERROR, message: 'workflow_held' },
      attributes: { 'oncely.outcome': 'failed', 'oncely.code': 'workflow_held' },
    });
  });

  it('a traceparent given to the scope is continued where no span is active', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await act(openShop().start(), { traceparent });
    const effect = theOnly('effect shop.refund');
    expect(effect.spanContext().traceId).toBe('a'.repeat(32));
    expect(effect.parentSpanContext?.spanId).toBe('b'.repeat(16));
  });
});

describe('a process that dies', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oncely-otel-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['answer_received', 'after_claim'])(
    'killed at %s, its trace is continued by recovery in another process',
    async (point) => {
      const file = join(folder, 'effects.db');
      const traceId = 'c'.repeat(32);
      const child = fork(
        new URL('crashing-child.ts', import.meta.url),
        [file, `00-${traceId}-${'d'.repeat(16)}-01`, point],
        {
          execArgv: ['--conditions', '@oncely/source'],
          stdio: 'inherit',
        },
      );
      const told = once(child, 'message');
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      const [begun] = (await told) as [{ spanId: string }];

      const shop = openShop(sqliteLedger(file));
      const oncely = shop.start({ leaseMs: 200 });
      await expect.poll(async () => (await oncely.recover()).states).toEqual({ succeeded: 1 });
      const recovery = named('effect shop.refund').find((span) => span.attributes['oncely.outcome'] === 'performed');
      expect(recovery?.spanContext().traceId).toBe(traceId);
      expect(recovery?.parentSpanContext?.spanId).toBe(begun.spanId);
      expect(recovery?.attributes).toMatchObject({ 'oncely.recovering': true, 'oncely.taken_over': 1 });
      expect(under(recovery as ReadableSpan)).toEqual(['claim', 'perform', 'settle']);

      await inCaller(() => act(oncely));
      const replay = named('effect shop.refund').at(-1);
      expect(replay?.links.map((link) => link.context)).toMatchObject([{ traceId, spanId: begun.spanId }]);
      await oncely.close();
    },
  );
});
