import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { createOncely, type Clock } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { exchange } from '@oncely/core/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { decideClaim } from '../../src/lifecycle/claim.ts';
import { applyProbe } from '../../src/lifecycle/probe.ts';
import { decideSettle } from '../../src/lifecycle/settle.ts';
import { resolveTimes, type EffectRecord } from '../../src/record.ts';
import { createWorld } from '../simulation/world.ts';
import { lost, openShop, desk } from './vendor.ts';
import { accepted, keyed, startWrites, unknown, writeAdapter, type Writes } from './write.ts';

// What reviews proved broken in recovery, the transport and the ledgers, each by the guarantee that it broke.

const slot = 'invoice_1:desk:refund';
const probed = { kind: 'probed' } as const;

describe('recovery', () => {
  it('goes on past a record whose client cannot be built', async () => {
    const ledger = memoryLedger();
    const vendor: Writes = { safety: keyed, sends: 0, send: () => unknown };
    const start = (): ReturnType<typeof startWrites>['oncely'] =>
      startWrites(vendor, { ledger, maxAttempts: 1 }).oncely;
    const first = start();
    for (const account of ['a', 'b']) {
      await first
        .scope({ businessId: account, workflowId: 'w' }, () =>
          first.effect('m', () => first.clients.vendor(account).write()),
        )
        .catch(() => undefined);
    }
    vendor.send = () => accepted;
    vendor.connect = (account) => {
      if (account === 'a') throw new Error('no key for account a');
    };
    expect(await start().recover()).toMatchObject({
      examined: 2,
      states: { succeeded: 1, in_doubt: 1 },
      open: [{ slot: 'a:w:m', reason: 'no key for account a' }],
    });
  });

  it('goes on past records that cannot be settled, and starves nobody', async () => {
    const vendor: Writes = { safety: keyed, sends: 0, send: () => unknown };
    const { oncely } = startWrites(vendor, { maxAttempts: 1 });
    const cases = ['a0', 'a1', 'a2', 'a3', 'z'];
    for (const businessId of cases) {
      const scope = { businessId, workflowId: 'w' };
      await oncely
        .scope(scope, () => oncely.effect('m', () => oncely.clients.vendor('a').write()))
        .catch(() => undefined);
      if (businessId !== 'z') await oncely.workflows.pause(scope, { by: 'ops' });
    }
    vendor.send = () => accepted;
    await oncely.recover({ limit: 4 });
    await oncely.recover({ limit: 4 });
    expect(await oncely.effects.get('z:w:m')).toMatchObject({ state: 'succeeded' });
  });

  it('keeps its deadline though a look-up hangs', async () => {
    const ledger = memoryLedger();
    const vendor: Writes = { safety: probed, sends: 0, send: () => unknown, probe: () => new Promise(() => undefined) };
    const { oncely, act } = startWrites(vendor, { ledger, waitMs: 400 });
    expect(await act((client) => client.write())).toMatchObject({ code: 'in_doubt' });
    const started = performance.now();
    expect(await oncely.recover({ deadlineMs: 200 })).toMatchObject({ examined: 1, states: { in_doubt: 1 } });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('is waited for by close', async () => {
    const shop = openShop();
    const oncely = shop.start({ maxAttempts: 1 });
    shop.vendor.script.push(lost);
    await oncely
      .scope(desk, () => oncely.effect('refund', () => oncely.clients.shop.write('pay', {})))
      .catch(() => undefined);
    const sent = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    let answered = false;
    shop.vendor.script.push(async (commit) => {
      sent.resolve();
      await answer.promise;
      answered = true;
      return commit();
    });
    const recovering = oncely.recover();
    await sent.promise;
    setTimeout(answer.resolve, 40);
    await oncely.close();
    expect(answered).toBe(true);
    expect(await recovering).toMatchObject({ states: { succeeded: 1 } });
  });

  it('finishes what was found absent, even where the first resends are refused', async () => {
    const world = createWorld(3);
    world.vendor.script.push('lost_before');
    const { oncely, sim, process } = world.worker('a', { waitMs: 220 });
    void oncely
      .scope({ businessId: 'b', workflowId: 'w' }, () => oncely.effect('e', () => sim.write('post', { x: 1 })))
      .catch(() => undefined);
    await world.scheduler.run(world.scheduler.now() + 60);
    process.alive = false;
    await world.scheduler.run(world.scheduler.now() + 5_000);
    world.vendor.script.push(...Array.from({ length: 5 }, () => 'refused' as const));
    await world.recoverAll();
    expect(world.vendor.effects).toHaveLength(1);
  });

  it('through a long outage does not let the record grow without bound', async () => {
    let now = 1_700_000_000_000;
    const clock: Clock = {
      monotonic: () => now,
      wall: () => now,
      sleep: async (ms, signal) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (signal?.aborted !== true) now += ms;
      },
    };
    const ledger = memoryLedger({ now: () => now });
    const vendor: Writes = { safety: keyed, sends: 0, send: () => unknown };
    const { oncely, act } = startWrites(vendor, { ledger, clock });
    await act((client) => client.write());
    for (let minute = 0; minute < 60; minute += 1) {
      await oncely.recover();
      now += 60_000;
    }
    expect((await ledger.read(slot)).row?.doc.length).toBeLessThan(20_000);
  });
});

it('I1: a late yes of an attempt that was found absent is looked after once the resend is in doubt', () => {
  const fingerprint = { version: 1 as const, full: 'a', material: 'a', fields: {} };
  const claim = (record: EffectRecord | undefined, token: string, now: number): EffectRecord => {
    const decision = decideClaim(
      record,
      {
        contract: { businessId: 'b', workflowId: 'w', stepId: 's', expectedEffect: 'o', logicVersion: 1 },
        client: 'c',
        account: '',
        operation: 'o',
        safety: probed,
        landingBoundMs: 10,
        fingerprint,
        drift: 'first',
        onDoubt: 'stop',
        token,
        leaseMs: 100,
        holder: 'h',
      },
      now,
    );
    if (decision.kind !== 'send') throw new Error(decision.kind);
    return resolveTimes(decision.change.draft, now);
  };
  const absent = (record: EffectRecord, now: number): EffectRecord => {
    const change = applyProbe(record, { kind: 'absent' }, 1, now);
    if (!change) throw new Error('unchanged');
    return resolveTimes(change.draft, now);
  };
  const resent = claim(absent(absent(claim(undefined, 't1', 0), 200), 300), 't2', 301);
  const yes = decideSettle(
    resent,
    't1',
    { evidence: 'accepted', vendorId: 'v1', result: { kind: 'plain', body: '{}' } },
    310,
  );
  if (yes.kind !== 'write') throw new Error(yes.kind);
  const doubtful = decideSettle(
    resolveTimes(yes.change.draft, 310),
    't2',
    { evidence: 'unknown', reason: 'ECONNRESET' },
    320,
  );
  if (doubtful.kind !== 'write') throw new Error(doubtful.kind);
  // Two effects may exist: somebody must look for the second.
  expect(resolveTimes(doubtful.change.draft, 320).verifyAt).toBeDefined();
  expect(doubtful.change.index.dueAfterMs).toBeDefined();
});

it('a 101 answer ends the exchange', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const permit = { check: () => undefined, remainingMs: () => 1_000 };
  const url = `http://127.0.0.1:${port}/`;
  expect(await exchange({ url, method: 'POST', headers: {}, body: 'x', timeoutMs: 1_000, permit })).toMatchObject({
    kind: 'lost',
  });
  server.close();
});

describe('a SQLite ledger', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'oncely-regressions-'));
    file = join(folder, 'effects.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('stores times that are no whole milliseconds', async () => {
    const ledger = sqliteLedger(file);
    const index = { state: 's', dueAfterMs: 7.5 };
    expect(await ledger.write({ slot: 'a', expect: 0, doc: '{}', index, events: [] })).toMatchObject({
      kind: 'written',
    });
    const vendor: Writes = { safety: probed, landingBoundMs: 15, sends: 0, send: () => unknown };
    vendor.probe = () => Promise.resolve({ kind: 'absent' });
    const { act } = startWrites(vendor, { ledger, maxAttempts: 1, waitMs: 10_000 });
    // The second absence is looked for half of the landing bound later.
    expect(await act((client) => client.write())).toMatchObject({ code: 'not_sent' });
    await ledger.close();
  });

  it("leaves somebody else's database as it was", async () => {
    const theirs = new DatabaseSync(file);
    theirs.exec('create table t (a)');
    theirs.close();
    const before = readFileSync(file);
    await expect(sqliteLedger(file).open()).rejects.toMatchObject({ code: 'ledger_unusable' });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('I8: holds nothing of a request once it is settled', async () => {
    const oncely = createOncely({
      ledger: sqliteLedger(file),
      clients: { vendor: writeAdapter({ safety: keyed, sends: 0 }) },
      drainOnSigterm: false,
    });
    const card = '4242-PAN-4242';
    await oncely.scope(desk, () =>
      oncely.effect('refund', () => oncely.clients.vendor('a').write({ card: card.repeat(400) })),
    );
    await oncely.close();
    const kept = [file, `${file}-wal`].filter((each) => existsSync(each)).map((each) => readFileSync(each, 'latin1'));
    expect(kept.join('')).not.toContain(card);
  });

  it('goes on after a command that cannot be stored, in every process', async () => {
    const ledgers = [sqliteLedger(file, { busyTimeoutMs: 300 }), sqliteLedger(file, { busyTimeoutMs: 300 })] as const;
    const index = { state: 's' };
    const event = { sequence: 1, doc: '{}' };
    const write = (at: 0 | 1, key: string, events = [event]): Promise<{ readonly kind: string }> =>
      ledgers[at].write({ slot: key, expect: 0, doc: '{}', index, events });
    await expect(write(0, 'a', [event, event])).rejects.toThrow('not stored');
    expect(await write(0, 'b')).toMatchObject({ kind: 'written' });
    expect(await write(1, 'c')).toMatchObject({ kind: 'written' });
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  });
});
