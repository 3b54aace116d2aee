import type { Codec, ProbeAnswer } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk } from './vendor.ts';
import { accepted, keyed, startWrites, unknown, type Writes } from './write.ts';

// What was once broken where evidence and people end a doubt, each by the guarantee that it broke.

const slot = 'invoice_1:desk:refund';
const unreachable = async (): Promise<ProbeAnswer> => ({ kind: 'unreachable', reason: 'down' });

/** A vendor that lost an answer and is being asked about it; the look-up ends when it is told to. */
async function lookingUp(): Promise<
  ReturnType<typeof startWrites> & { readonly vendor: Writes; readonly end: () => Promise<unknown> }
> {
  const vendor: Writes = { safety: { kind: 'probed' }, sends: 0, send: () => unknown, probe: unreachable };
  const started = startWrites(vendor, { waitMs: 900 });
  // On a busy machine its time may be over before anything is sent.
  while (vendor.sends === 0) await started.act((client) => client.write());
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  vendor.probe = async () => {
    asked.resolve();
    await answer.promise;
    return { kind: 'found', matches: [{ vendorId: 'm_1' }] };
  };
  const recovering = started.oncely.recover();
  await asked.promise;
  vendor.probe = unreachable;
  const end = (): Promise<unknown> => {
    answer.resolve();
    return recovering;
  };
  return { ...started, vendor, end };
}

describe('a look-up that ends late', () => {
  it('I9: says nothing of a logic version that came since it began', async () => {
    const { oncely, act, end } = await lookingUp();
    await oncely.effects.resolve(slot, { happened: { vendorId: 'm_1' } }, { by: 'Ana' });
    expect(await act((client) => client.write(), { version: 2 })).toMatchObject({ code: 'in_doubt' });
    await end();
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'in_doubt' });
  });

  it('I1: and found it is believed over the word that it did not happen', async () => {
    const { oncely, act, vendor, end } = await lookingUp();
    await oncely.effects.resolve(slot, { happened: false }, { by: 'Ana' });
    vendor.send = () => accepted;
    await end();
    await act((client) => client.write());
    expect(vendor.sends).toBe(1);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', vendorId: 'm_1' });
  });
});

describe("a person's word", () => {
  it.each([`${slot}:v1`, { businessId: 'invoice_1', workflowId: 'desk', stepId: 'refund', logicVersion: 1 }])(
    'I9: on an older logic version says nothing of the newer: %j',
    async (older) => {
      const vendor: Writes = { safety: { kind: 'unverifiable' }, sends: 0, send: () => unknown };
      const { oncely, act } = startWrites(vendor);
      await act((client) => client.write());
      await oncely.effects.resolve(older, { happened: {} }, { by: 'Ana' });
      await act((client) => client.write(), { version: 2 });
      expect(await oncely.effects.get(older)).toMatchObject({ state: 'stopped' });
      const again = oncely.effects.resolve(older, { happened: false }, { by: 'Ben' });
      await expect(again).rejects.toMatchObject({ code: 'invalid_input' });
      expect(await oncely.effects.get(older)).toMatchObject({ state: 'stopped' });
      expect(await oncely.effects.resolve(`${slot}:v2`, { happened: {} }, { by: 'Ben' })).toMatchObject({
        state: 'succeeded',
      });
    },
  );

  it.each(['codec', 'client', 'look'] as const)('stands though the %s fails', async (broken) => {
    const ledger = memoryLedger();
    const vendor: Writes = { safety: { kind: 'unverifiable' }, sends: 0, send: () => unknown };
    const codec: Codec = { seal: (plain) => plain, open: (sealed) => sealed };
    await startWrites(vendor, { ledger, codec }).act((client) => client.write());
    const fail = (): never => {
      throw new Error('down');
    };
    if (broken === 'client') vendor.connect = fail;
    if (broken === 'look') vendor.restore = fail;
    const { oncely } = startWrites(vendor, { ledger, codec: broken === 'codec' ? { ...codec, open: fail } : codec });
    expect(await oncely.effects.resolve(slot, { happened: { vendorId: 'm_1' } }, { by: 'Ana' })).toMatchObject({
      state: 'succeeded',
      vendorId: 'm_1',
    });
  });
});

describe('in a cancelled workflow', () => {
  const answers: readonly [ProbeAnswer, string][] = [
    [{ kind: 'found', matches: [{ vendorId: 'm_1' }] }, 'succeeded'],
    [{ kind: 'absent' }, 'cancelled'],
  ];
  it.each(
    ([keyed, { kind: 'constrained' }, { kind: 'probed' }] as const).flatMap((safety) =>
      answers.map(([answer, state]) => [safety.kind, answer.kind, safety, answer, state] as const),
    ),
  )('I9: the doubt of a %s effect ends by evidence, and nothing is sent: %s', async (...of) => {
    const [, , safety, answer, state] = of;
    const vendor: Writes = { safety, sends: 0, send: () => unknown, probe: unreachable };
    const { oncely, act } = startWrites(vendor, { maxAttempts: 1, waitMs: 900 });
    expect(await act((client) => client.write())).toMatchObject({ code: 'in_doubt' });
    await oncely.workflows.cancel(desk, { by: 'Ana' });
    vendor.probe = async () => answer;
    const before = vendor.sends;
    await oncely.recover();
    expect(await oncely.effects.get(slot)).toMatchObject({ state });
    expect(await oncely.recover()).toMatchObject({ examined: 0, open: [] });
    expect(vendor.sends).toBe(before);
  });
});

it('a look for two that could not be made is reported as open', async () => {
  const vendor: Writes = {
    safety: { kind: 'natural' },
    sends: 0,
    send: () => unknown,
    probe: async () => ({ kind: 'absent' }),
  };
  const { oncely, act } = startWrites(vendor, { maxAttempts: 1 });
  await act((client) => client.write());
  vendor.send = () => accepted;
  await oncely.recover();
  expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded' });
  vendor.probe = unreachable;
  expect(await oncely.recover()).toMatchObject({ examined: 1, open: [{ slot, reason: 'the look for two: down' }] });
});
