import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Ledger, WriteCommand } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { schemaVersion } from '../../src/postgres/schema.ts';
import { desk, openShop } from '../oncely/vendor.ts';
import { claimOf, failureOf, poolOf } from './postgres-server.ts';

const versions = Array.from({ length: schemaVersion }, (_, at) => at + 1);

let pool: Pool;
let schema: string;
let serial = 0;
beforeEach(async () => {
  schema = `migrated_${process.pid}_${(serial += 1)}`;
  pool = poolOf(await sharedPostgresUrl());
});

/** The tables and functions of a version, with what its release kept in them. */
async function kept(version: number): Promise<void> {
  const dump = readFileSync(join(import.meta.dirname, `postgres-schema-${version}.sql`), 'utf8');
  const client = await pool.connect();
  await client.query(dump.replaceAll('kept_schema', schema));
  client.release(true);
}

/** A write as a process of that version makes it. It gives the first word of the answer: `written`, `conflict`. */
async function writeAs(version: number, { slot, expect: revision, doc, index, events }: WriteCommand): Promise<string> {
  const values = [
    slot,
    slot,
    revision,
    doc,
    index.state,
    index.dueAfterMs ?? null,
    null,
    null,
    events.map(({ sequence }) => sequence),
    events.map((event) => event.doc),
    true,
  ];
  if (version === 1) {
    const call = `select ${schema}.write_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as answer`;
    const { rows } = await pool.query<{ answer: string }>(call, values);
    return rows[0]?.answer.split(' ')[0] ?? '';
  }
  const call = `call ${schema}.write_one_alone($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, null, null, null)`;
  const { rows } = await pool.query<{ answer: string }>(call, values);
  return rows[0]?.answer.split(' ')[0] ?? '';
}

describe.each(versions)('a Postgres ledger of schema %i', (version) => {
  it('is opened with all that it holds', async () => {
    await kept(version);
    const ledger = postgresLedger(pool, { schema });
    const info = await ledger.open();
    expect(info).toMatchObject({ id: 'kept', epoch: 2, suspectSince: 1_700_000_000_000 });
    expect(Buffer.from(info.key).toString('hex')).toBe('ab'.repeat(32));
    const { row } = await ledger.read('case:desk:refund');
    expect(row).toEqual({ slot: 'case:desk:refund', revision: 2, at: 1_700_000_000_500, doc: '{"n":2}' });
    expect(await ledger.history('case:desk:refund')).toEqual([{ sequence: 1, at: 1_700_000_000_500, doc: 'settled' }]);
    expect((await ledger.readWorkflow('case:desk')).row).toMatchObject({ state: 'paused', revision: 1 });
    expect((await ledger.audited({ limit: 5 })).rows).toMatchObject([{ slot: 'case:desk:refund', state: 'succeeded' }]);
    const next = await ledger.write(
      claimOf('case:desk:refund', { expect: 2, events: [{ sequence: 2, doc: 'again' }] }),
    );
    expect(next).toMatchObject({ kind: 'written', revision: 3 });
    const held = await ledger.write(claimOf('case:desk:other', { guard: { epoch: 2 } }));
    expect(held).toMatchObject({ kind: 'held' });
    const { rows } = await pool.query(`select version from ${schema}.ledger`);
    expect(rows).toEqual([{ version: schemaVersion }]);
    expect(await postgresLedger(pool, { schema }).open()).toMatchObject({ id: 'kept', epoch: 2 });
  });

  it('is brought up to date once by many who open it at once', async () => {
    await kept(version);
    const infos = await Promise.all(Array.from({ length: 6 }, () => postgresLedger(pool, { schema }).open()));
    expect(new Set(infos.map(({ id, epoch }) => `${id} ${epoch}`))).toEqual(new Set(['kept 2']));
  });

  it('keeps what was done and what is in doubt of its effects', async () => {
    await kept(version);
    await pool.query(`update ${schema}.ledger set suspect_since = null; delete from ${schema}.workflows`);
    const fingerprintKey = Buffer.alloc(32, 7);
    const commands: WriteCommand[] = [];
    const memory = memoryLedger();
    const shop = openShop({
      ...memory,
      write: (command) => {
        commands.push(command);
        return memory.write(command);
      },
    });
    const old = shop.start({ fingerprintKey });
    const pay = (of: typeof old, id: string): Promise<unknown> =>
      of.scope(desk, () => of.effect(id, () => of.clients.shop.write('pay', { amount: 1 })));
    await pay(old, 'done');
    await pay(old, 'begun');
    // The second one's process died before it could say how it ended.
    for (const command of commands.slice(0, 3)) expect(await writeAs(version, command)).toBe('written');
    expect(shop.vendor.happened).toHaveLength(2);
    const now = openShop(postgresLedger(pool, { schema }));
    const oncely = now.start({ fingerprintKey });
    expect(await pay(oncely, 'done')).toEqual({ id: 'o_1' });
    expect(now.vendor.sends).toBe(0);
    expect(await oncely.effects.get('invoice_1:desk:done')).toMatchObject({ state: 'succeeded', vendorId: 'o_1' });
    expect(await oncely.effects.get('invoice_1:desk:begun')).toMatchObject({ state: 'executing' });
  });
});

describe.each(versions.slice(0, -1))('a process of schema %i beside those of the present one', (version) => {
  it('goes on, and no two of them ever claim one slot', { timeout: 60_000 }, async () => {
    await kept(version);
    const slots = Array.from({ length: 60 }, (_, at) => `beside_${at}:desk:refund`);
    const claims: string[] = [];
    const claim = async (by: string, write: (command: WriteCommand) => Promise<string>): Promise<void> => {
      for (const slot of slots) {
        const command = claimOf(slot, { doc: `"${by}"`, events: [{ sequence: 1, doc: `"${by}"` }] });
        if ((await write(command)) === 'written') claims.push(slot);
      }
    };
    const opened: Promise<Ledger>[] = [];
    const present = async (command: WriteCommand): Promise<string> => {
      // It is brought up to date in the midst of the old one's work.
      const ledger = await (opened[0] ??= migrated());
      return (await ledger.write(command)).kind;
    };
    await Promise.all([
      claim('old', (command) => writeAs(version, command)),
      claim('old too', (command) => writeAs(version, command)),
      claim('present', present),
    ]);
    expect(claims.toSorted()).toEqual(slots.toSorted());
    const ledger = await migrated();
    const rows = (await ledger.audited({ limit: 100 })).rows.filter(({ slot }) => slot.startsWith('beside'));
    expect(rows).toHaveLength(slots.length);
    for (const { doc, events } of rows) expect(events.map((event) => event.doc)).toEqual([doc]);
    // What one began the other ends, and a repeated end is none.
    const end = claimOf(slots[0] ?? '', { expect: 1, index: { state: 'succeeded' } });
    expect(await writeAs(version, end)).toBe('written');
    expect(await ledger.write(end)).toMatchObject({ kind: 'conflict' });
  });

  it('is refused once it begins anew', async () => {
    await kept(version);
    await migrated();
    // As it reads it: a version that it does not know.
    const { rows } = await pool.query<{ version: number }>(`select version from ${schema}.ledger`);
    expect(rows[0]?.version).toBeGreaterThan(version);
    await pool.query(`update ${schema}.ledger set version = ${schemaVersion + 1}`);
    const error = await failureOf(postgresLedger(pool, { schema }).open());
    expect([error.code, error.message]).toEqual(['ledger_unusable', expect.stringContaining('newer version')]);
  });
});

async function migrated(): Promise<Ledger> {
  const ledger = postgresLedger(pool, { schema });
  await ledger.open();
  return ledger;
}
