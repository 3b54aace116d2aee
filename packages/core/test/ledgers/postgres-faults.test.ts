import { startCuttingProxy } from '@oncely/testing/servers/cutting-proxy';
import { startPgbouncer } from '@oncely/testing/servers/pgbouncer';
import { ledgerConformance } from '@oncely/testing/conformance/ledger';
import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { claimOf, failureOf, ownServer, persistently, poolOf } from './postgres-server.ts';

let serial = 0;
const freshSchema = (): string => `faults_${process.pid}_${(serial += 1)}`;

describe('a Postgres that is killed', () => {
  it('keeps what it acknowledged; the rest is stored whole or not at all', { timeout: 90_000 }, async () => {
    const server = await ownServer();
    const ledger = postgresLedger(poolOf(server.url), { commandTimeoutMs: 2_000 });
    await ledger.open();
    const acknowledged = new Set<string>();
    const asked: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      let killed: Promise<void> | undefined;
      const worker = async (number: number): Promise<void> => {
        for (let claim = 0; ; claim += 1) {
          const slot = `case_${round}_${number}_${claim}:desk:refund`;
          asked.push(slot);
          const events = [1, 2].map((sequence) => ({ sequence, doc: `event ${sequence}` }));
          const answer = await ledger.write(claimOf(slot, { events })).catch(() => undefined);
          if (answer?.kind !== 'written') return;
          acknowledged.add(slot);
          if (claim === 3) killed ??= server.kill('SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: 64 }, (_, number) => worker(number)));
      await killed;
      await server.restart();
    }
    const [halves] = await server.query(
      'select count(*) from oncely.effects where (select count(*) from oncely.events where events.key = effects.key) <> 2',
    );
    expect(halves).toBe('0');
    const stored = new Set<string>();
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await ledger.list({ limit: 500, after });
      for (const { slot } of page.rows) stored.add(slot);
      after = page.next;
    }
    expect([...acknowledged].filter((slot) => !stored.has(slot))).toEqual([]);
    expect([...stored].filter((slot) => !asked.includes(slot))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(3 * 64);
  });

  it('answers nothing while it is down, and the same claim later', { timeout: 60_000 }, async () => {
    const server = await ownServer();
    const ledger = postgresLedger(poolOf(server.url));
    await ledger.open();
    await server.kill('SIGKILL');
    const error = await failureOf(ledger.write(claimOf('case:desk:refund')));
    expect(error.code).toBe('ledger_unavailable');
    const later = persistently(ledger, claimOf('case:desk:refund'));
    await server.restart();
    expect((await later).kind).toBe('written');
  });
});

describe('a line to Postgres', () => {
  it(
    'cut after any byte of an answer: the claim is stored once and is found by its repetition',
    { timeout: 90_000 },
    async () => {
      const url = new URL(await sharedPostgresUrl());
      const proxy = await startCuttingProxy({ host: url.hostname, port: Number(url.port) });
      onTestFinished(() => proxy.close());
      url.hostname = '127.0.0.1';
      url.port = String(proxy.port);
      const schema = freshSchema();
      const direct = postgresLedger(poolOf(await sharedPostgresUrl()), { schema });
      const { epoch } = await direct.open();
      const ledger = postgresLedger(poolOf(url.href, { max: 1 }), { schema, commandTimeoutMs: 2_000 });
      await ledger.open();
      let storedUnheard = 0;
      // An answer of one row is some 400 bytes long; every byte of its beginning and end, and some between.
      for (const direction of ['request', 'response'] as const) {
        for (let bytes = 0; bytes < 420; bytes += direction === 'request' ? 41 : 13) {
          const slot = `case_${direction}_${bytes}:desk:refund`;
          const claim = claimOf(slot, { guard: { epoch }, events: [{ sequence: 1, doc: 'claimed' }] });
          proxy.cutAfter({ direction, bytes });
          const first = await ledger.write(claim).catch(() => undefined);
          proxy.heal();
          const again = await persistently(ledger, claim);
          if (first === undefined && again.kind === 'conflict') {
            storedUnheard += 1;
            expect(again.row, slot).toMatchObject({ revision: 1, doc: claim.doc });
          } else if (first === undefined) {
            expect(again.kind).toBe('written');
          }
          expect((await direct.history(slot)).length, slot).toBe(1);
          expect((await direct.read(slot)).row?.revision).toBe(1);
        }
      }
      expect(storedUnheard).toBeGreaterThan(3);
    },
  );

  it('that went silent is given up in time, and says that the claim may be stored', async () => {
    const url = new URL(await sharedPostgresUrl());
    const proxy = await startCuttingProxy({ host: url.hostname, port: Number(url.port) });
    onTestFinished(() => proxy.close());
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const pool = poolOf(url.href);
    const schema = freshSchema();
    await postgresLedger(pool, { schema }).open();
    const ledger = postgresLedger(pool, { schema, commandTimeoutMs: 300 });
    proxy.blackhole();
    const claim = claimOf('case:desk:refund');
    const errors = await Promise.all([failureOf(ledger.write(claim)), failureOf(ledger.read('case:desk:refund'))]);
    for (const error of errors) {
      expect(error.code).toBe('ledger_unavailable');
      expect(error.message).toContain('did not answer in 300 ms');
    }
    proxy.heal();
    expect((await persistently(ledger, claim)).kind).toMatch(/written|conflict/);
  });

  it('through a slow server still claims once', async () => {
    const url = new URL(await sharedPostgresUrl());
    const proxy = await startCuttingProxy({ host: url.hostname, port: Number(url.port) });
    onTestFinished(() => proxy.close());
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const ledger = postgresLedger(poolOf(url.href), { schema: freshSchema() });
    await ledger.open();
    proxy.delay(150);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => ledger.write(claimOf('case:desk:refund', { doc: `${at}` }))),
    );
    expect(answers.filter(({ kind }) => kind === 'written')).toHaveLength(1);
  });
});

describe('a pool that is exhausted', () => {
  it('ends in an error that says so, in time, and leaves nothing half-done', async () => {
    const pool = poolOf(await sharedPostgresUrl(), { max: 1 });
    const schema = freshSchema();
    await postgresLedger(pool, { schema }).open();
    const ledger = postgresLedger(pool, { schema, commandTimeoutMs: 300 });
    const hog = await pool.connect();
    const error = await failureOf(ledger.write(claimOf('case:desk:refund')));
    expect(error.code).toBe('ledger_unavailable');
    hog.release();
    expect((await persistently(ledger, claimOf('case:desk:other'))).kind).toBe('written');
  });
});

describe('a pooler in transaction mode', () => {
  let bouncer: Awaited<ReturnType<typeof startPgbouncer>>;
  beforeAll(async () => {
    bouncer = await startPgbouncer({ upstream: await sharedPostgresUrl(), poolMode: 'transaction' });
  });
  afterAll(() => bouncer.stop());

  it.each([...ledgerConformance])('$name', { timeout: 30_000 }, async ({ run }) => {
    const pool = poolOf(bouncer.url);
    const schema = freshSchema();
    await run(async () => {
      const prefix = `case_${(serial += 1)}_`;
      const make = () => postgresLedger(pool, { schema, prefix });
      return { ledger: make(), another: async () => make() };
    });
  });
});
