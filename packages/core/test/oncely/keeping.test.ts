import type { ProbeAnswer, SafetyClass, Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { createKeeping } from '../../src/keeping.ts';
import { createRetention } from '../../src/retention.ts';
import { declined, desk, openShop, type TestOncely } from './vendor.ts';
import { keyed, startWrites, unknown, type Writes } from './write.ts';

const secret = 'S3CRET-of-the-customer';
const zero = { requests: 'never', result: 'none' } as const;
const accepted: Verdict = {
  evidence: 'accepted',
  vendorId: 'v_1',
  response: { status: 200, headers: { 'x-echo': secret }, body: JSON.stringify({ id: 'v_1', echo: secret }) },
};

const classes: readonly SafetyClass[] = [
  keyed,
  { kind: 'constrained' },
  { kind: 'natural' },
  { kind: 'probed' },
  { kind: 'unverifiable' },
  { kind: 'unverifiable', findable: true },
];
const nameOf = (safety: SafetyClass): string => `${safety.kind}${'findable' in safety ? ', findable' : ''}`;

describe.each(classes.map((safety) => [nameOf(safety), safety] as const))('zero retention, %s', (_name, safety) => {
  const kept = async (ledger: ReturnType<typeof memoryLedger>): Promise<string> => {
    const { rows } = await ledger.list({ limit: 10 });
    return JSON.stringify([rows, await Promise.all(rows.map(({ slot }) => ledger.history(slot)))]);
  };

  it('sends once however often it is called, in any process, and keeps nothing of it', async () => {
    const ledger = memoryLedger();
    const vendor: Writes = { safety, sends: 0, send: () => accepted };
    const call = (): Promise<unknown> =>
      startWrites(vendor, { ledger, retention: zero }).act((client) => client.write({ secret }));
    expect(await call()).toBeUndefined();
    expect(await call()).toMatchObject({ code: 'result_unavailable', vendorId: 'v_1' });
    vendor.restore = async () => ({ status: 200, headers: {}, body: '{}' });
    expect(await call()).toBeUndefined();
    expect(vendor.sends).toBe(1);
    expect(await kept(ledger)).not.toContain(secret);
  });

  it('leaves what is in doubt to its own caller, says so in recover(), and never doubles it', async () => {
    const ledger = memoryLedger();
    const happened: string[] = [];
    const verdicts: (() => Verdict)[] = [() => unknown];
    const look = (): ProbeAnswer => ({ kind: 'absent' });
    const vendor: Writes = {
      safety,
      sends: 0,
      send: () => {
        const verdict = verdicts.shift()?.() ?? accepted;
        if (verdict.evidence === 'accepted') happened.push('once');
        return verdict;
      },
      probe: async () => (safety.kind === 'unverifiable' ? { kind: 'cannot_know', reason: 'no list of them' } : look()),
    };
    const start = (): ReturnType<typeof startWrites> =>
      startWrites(vendor, { ledger, retention: zero, maxAttempts: 1, waitMs: 20_000 });
    const failed = await start().act((client) => client.write({ secret }));
    expect(failed).toMatchObject({ code: expect.stringMatching(/^(in_doubt|not_sent|stopped)$/) });
    expect(vendor.sends).toBe(1);
    expect(await kept(ledger)).not.toContain(secret);

    const { oncely } = start();
    const recovered = await oncely.recover({ deadlineMs: 20_000 });
    expect(happened).toHaveLength(0);
    const after = (await oncely.effects.list()).effects[0];
    if (safety.kind === 'unverifiable') {
      expect(after?.state).toBe('stopped');
    } else {
      const reason = expect.stringContaining('Only its own caller can') as string;
      expect(recovered.open).toEqual([{ slot: 'invoice_1:desk:refund', reason }]);
    }
    const again = await start().act((client) => client.write({ secret }));
    if (safety.kind === 'unverifiable') {
      expect(again).toMatchObject({ code: 'stopped' });
      expect(vendor.sends).toBe(1);
    } else {
      expect(again).toBeUndefined();
      expect(happened).toHaveLength(1);
    }
    // Other input is refused where it may have happened, though nothing of the first was kept.
    const other = await start().act((client) => client.write({ secret: 'another' }));
    expect(other).toMatchObject({ code: 'input_changed', message: expect.stringContaining('what differs: secret') });
    expect(await kept(ledger)).not.toContain(secret);
  }, 60_000);
});

describe('what is kept of a result', () => {
  const act = (oncely: TestOncely): Promise<unknown> =>
    oncely.scope(desk, () => oncely.effect('e', () => oncely.clients.shop.write('refund', { amount: 1 })));
  const big: Verdict = {
    evidence: 'accepted',
    vendorId: 'o_1',
    response: {
      status: 200,
      headers: { 'content-type': 'application/json', 'set-cookie': secret },
      body: JSON.stringify({
        id: 'o_1',
        email: secret,
        lines: [
          { sku: 'a', name: secret },
          { sku: 'b', name: secret },
        ],
        metadata: { note: secret, other: secret },
      }),
    },
  };

  it('by paths: a replay gives these and no more', async () => {
    const shop = openShop();
    shop.vendor.script.push(() => big);
    const retention = { operations: { 'shop.*': { result: { paths: ['id', 'lines.sku', 'nothing'] } } } } as const;
    expect(await act(shop.start({ retention }))).toMatchObject({ email: secret });
    expect(await act(shop.start({ retention }))).toEqual({ id: 'o_1', lines: [{ sku: 'a' }, { sku: 'b' }] });
    const [row] = (await shop.ledger.list({ limit: 1 })).rows;
    expect(row?.doc).not.toContain(secret);
    expect(JSON.parse(row?.doc ?? '')).toMatchObject({ result: { projection: 'paths id lines.sku nothing' } });
  });

  it('by a function with a version; one that fails keeps nothing and stops nothing', async () => {
    const shop = openShop();
    const ofId = (body: unknown): unknown => ({ only: (body as { id: string }).id });
    const retention = { operations: { 'shop.refund': { result: { project: ofId, version: 'v7' } } } } as const;
    shop.vendor.script.push(() => big);
    await act(shop.start({ retention }));
    expect(await act(shop.start({ retention }))).toEqual({ only: 'o_1' });
    const [row] = (await shop.ledger.list({ limit: 1 })).rows;
    expect(JSON.parse(row?.doc ?? '')).toMatchObject({ result: { projection: 'v7' } });

    const other = openShop();
    const fails = {
      result: {
        project: () => {
          throw new Error('typo');
        },
        version: 'v1',
      },
    };
    await act(other.start({ retention: fails }));
    expect(await act(other.start({ retention: fails }))).toEqual({ id: 'o_1', restored: true });
    expect(other.vendor.sends).toBe(1);
  });

  it('redacted by path before it is stored, wherever a list lies between', async () => {
    const shop = openShop();
    shop.vendor.script.push(() => big);
    const redact = { 'shop.refund': ['email', 'metadata.*'], 'shop.*': ['lines.name'] };
    expect(await act(shop.start({ redact }))).toMatchObject({ email: secret });
    expect(await act(shop.start({ redact }))).toEqual({
      id: 'o_1',
      email: '[redacted]',
      lines: [
        { sku: 'a', name: '[redacted]' },
        { sku: 'b', name: '[redacted]' },
      ],
      metadata: { note: '[redacted]', other: '[redacted]' },
    });
  });

  it('nothing of a no under any rule but full: it is told by its reason', async () => {
    const shop = openShop();
    shop.vendor.script.push(declined);
    const retention = { result: 'none' } as const;
    await expect(act(shop.start({ retention }))).rejects.toMatchObject({ status: 402 });
    await expect(act(shop.start({ retention }))).rejects.toMatchObject({
      code: 'rejection_unavailable',
      message: expect.stringContaining('declined'),
    });
    expect(shop.vendor.sends).toBe(1);
  });

  it('a preview is redacted by the same paths', () => {
    const keepingOf = createKeeping(createRetention(), { 'shop.*': ['email', 'to.*'] });
    expect(keepingOf('shop.refund').preview({ email: 'a@b', to: ['x', 'y'], amount: 1 })).toEqual({
      email: '[redacted]',
      to: ['[redacted]', '[redacted]'],
      amount: 1,
    });
    expect(keepingOf('bank.refund').preview({ email: 'a@b' })).toEqual({ email: 'a@b' });
  });
});

describe('zero retention in a process that cannot look without the request', () => {
  it.each([{ kind: 'probed' }, { kind: 'unverifiable', findable: true }] as const)(
    'recovery of what is $kind stops nothing, says who can, and that caller does',
    async (safety) => {
      const ledger = memoryLedger();
      let asked: string | undefined;
      const vendor: Writes = { safety, sends: 0 };
      // As Slack and HubSpot: what to look for stands in the request.
      vendor.probe = async (target) => {
        asked = target?.request;
        return asked === undefined
          ? { kind: 'cannot_know', reason: 'the request says where' }
          : { kind: 'found', matches: [{ vendorId: 'v_1' }] };
      };
      const verdicts: Verdict[] = [unknown];
      vendor.send = () => verdicts.shift() ?? accepted;
      // The process ends before it could look: the vendor does not answer its look-up.
      const working = vendor.probe;
      vendor.probe = async () => ({ kind: 'unreachable', reason: 'down', retryAfterMs: 60_000 });
      const start = (): ReturnType<typeof startWrites> =>
        startWrites(vendor, { ledger, retention: zero, maxAttempts: 1, waitMs: 20_000 });
      expect(await start().act((client) => client.write({ secret }))).toMatchObject({ code: 'in_doubt' });
      vendor.probe = working;

      const { oncely } = start();
      expect((await oncely.recover()).open).toEqual([
        { slot: 'invoice_1:desk:refund', reason: expect.stringContaining('Only its own caller can') },
      ]);
      expect((await oncely.effects.list()).effects[0]?.state).toBe('in_doubt');
      vendor.restore = async () => ({ status: 200, headers: {}, body: '{}' });
      expect(await start().act((client) => client.write({ secret }))).toBeUndefined();
      expect(asked).toContain(secret);
      expect(vendor.sends).toBe(1);
    },
    60_000,
  );
});
