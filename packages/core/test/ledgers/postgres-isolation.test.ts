import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import type { Ledger, WriteCommand } from '../../src/ledger.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { columnsOf } from '../../src/postgres/rows.ts';
import { claimOf, poolOf } from './postgres-server.ts';

let pool: Pool;
let schema: string;
let ledger: Ledger;
let epoch: number;
let serial = 0;
beforeEach(async () => {
  schema = `isolation_${process.pid}_${(serial += 1)}`;
  pool = poolOf(await sharedPostgresUrl());
  ledger = postgresLedger(pool, { schema });
  ({ epoch } = await ledger.open());
});

/** A transaction of another process, open until it is ended here or the test is over. */
async function transaction(
  statement: string,
  values: unknown[] = [],
): Promise<(how: 'commit' | 'rollback') => Promise<void>> {
  const client = await pool.connect();
  let ended = false;
  const end = async (how: 'commit' | 'rollback'): Promise<void> => {
    if (ended) return;
    ended = true;
    await client.query(how);
    client.release();
  };
  onTestFinished(() => end('rollback'));
  await client.query('begin');
  await client.query(statement, values);
  return end;
}

/** A batch of another process, stopped between its statement and its commit. */
function uncommitted(commands: readonly WriteCommand[]): ReturnType<typeof transaction> {
  const places = Array.from({ length: 12 }, (_, at) => `$${at + 1}`).join(', ');
  return transaction(`select * from ${schema}.write(${places})`, [...columnsOf(commands), true]);
}

/** Until so many backends wait for another's transaction. */
async function waiting(count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await pool.query(
        `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%${schema}.%'`,
      );
      expect(rows).toEqual([{ n: count }]);
    },
    { timeout: 10_000, interval: 10 },
  );
}

const slot = 'case:desk:refund';

describe('under READ COMMITTED', () => {
  it('a claim waits for the claim that is being stored, and is shown it', async () => {
    const first = await uncommitted([claimOf(slot, { doc: 'first' })]);
    const second = ledger.write(claimOf(slot, { doc: 'second' }));
    await waiting(1);
    await first('commit');
    expect(await second).toMatchObject({ kind: 'conflict', row: { revision: 1, doc: 'first' } });
  });

  it('a claim takes the place of one that was rolled back', async () => {
    const first = await uncommitted([claimOf(slot, { doc: 'first' })]);
    const second = ledger.write(claimOf(slot, { doc: 'second' }));
    await waiting(1);
    await first('rollback');
    expect(await second).toMatchObject({ kind: 'written', revision: 1 });
  });

  it('of two takeovers at once one wins, and the other is shown its row', async () => {
    await ledger.write(claimOf(slot));
    const first = await uncommitted([claimOf(slot, { expect: 1, doc: 'first' })]);
    const second = ledger.write(claimOf(slot, { expect: 1, doc: 'second' }));
    await waiting(1);
    await first('commit');
    expect(await second).toMatchObject({ kind: 'conflict', row: { revision: 2, doc: 'first' } });
  });

  it('two batches on the same slots in opposite order never wait for each other in a circle', async () => {
    const slots = Array.from({ length: 20 }, (_, at) => `case_${at}:desk:refund`);
    const others = Array.from({ length: 4 }, () => postgresLedger(pool, { schema }));
    for (let expect_ = 0; expect_ < 6; expect_ += 1) {
      const answers = await Promise.all(
        others.flatMap((other, at) =>
          (at % 2 === 0 ? slots : slots.toReversed()).map((each) => other.write(claimOf(each, { expect: expect_ }))),
        ),
      );
      // A circle would be broken by the server: one of them would be told so, a second later.
      expect(answers.filter(({ kind }) => kind === 'written')).toHaveLength(slots.length);
    }
  });
});

describe('many at once', () => {
  /** What goes in one statement. */
  const beside = (...commands: WriteCommand[]) =>
    Promise.all([claimOf('beside:desk:refund'), ...commands].map((command) => ledger.write(command)));

  it('of two takeovers in batches one wins, and the other is shown its row', async () => {
    await ledger.write(claimOf(slot));
    const first = await uncommitted([claimOf(slot, { expect: 1, doc: 'first' }), claimOf('other:desk:refund')]);
    const second = beside(claimOf(slot, { expect: 1, doc: 'second', events: [{ sequence: 1, doc: 'second' }] }));
    await waiting(1);
    await first('commit');
    const conflict = { kind: 'conflict', row: { revision: 2, doc: 'first' } };
    expect(await second).toMatchObject([{ kind: 'written' }, conflict]);
    expect(await ledger.history(slot)).toEqual([]);
  });

  it('a claim takes the place of one that was rolled back', async () => {
    const first = await uncommitted([claimOf(slot, { doc: 'first' })]);
    const second = beside(claimOf(slot, { doc: 'second' }));
    await waiting(1);
    await first('rollback');
    expect(await second).toMatchObject([{ kind: 'written' }, { kind: 'written', revision: 1 }]);
  });

  it('a settle of what is not there is no first claim', async () => {
    expect(await beside(claimOf(slot, { expect: 1 }))).toMatchObject([{ kind: 'written' }, { kind: 'conflict' }]);
    expect((await ledger.read(slot)).row).toBeUndefined();
  });

  it('a conflict writes nothing, not even a mark on the row', async () => {
    await ledger.write(claimOf(slot));
    const rowNow = async () =>
      (await pool.query(`select ctid, xmin, xmax from ${schema}.effects where slot = $1`, [slot])).rows;
    const before = await rowNow();
    const conflict = { kind: 'conflict', row: { revision: 1 } };
    expect(await beside(claimOf(slot))).toMatchObject([{ kind: 'written' }, conflict]);
    expect(await rowNow()).toEqual(before);
  });

  it('texts of any characters come back as they were', async () => {
    const doc = 'a\n"b" \\ {c,d} null \u0001 é 漢 🙂 \u2028';
    await beside(claimOf(slot, { doc, events: [{ sequence: 1, doc }] }));
    await ledger.write(claimOf('lone:desk:refund', { doc }));
    expect((await ledger.read(slot)).row?.doc).toBe(doc);
    expect(await ledger.history(slot)).toMatchObject([{ doc }]);
    expect((await ledger.read('lone:desk:refund')).row?.doc).toBe(doc);
  });
});

describe('a pause', () => {
  const pause = () => ledger.writeWorkflow({ workflow: 'case:desk', expect: 0, state: 'paused', doc: 'by ada' });

  it('is not acknowledged while a claim that did not see it is being stored', async () => {
    const claim = await uncommitted([claimOf(slot, { guard: { epoch } })]);
    let acknowledged = false;
    const pausing = pause().then((answer) => {
      acknowledged = true;
      return answer;
    });
    await waiting(1);
    expect(acknowledged).toBe(false);
    await claim('commit');
    expect(await pausing).toMatchObject({ kind: 'written' });
    expect(await ledger.write(claimOf(slot, { expect: 1, guard: { epoch } }))).toMatchObject({ kind: 'held' });
  });

  it('that is being stored holds the claims behind it until it is known', async () => {
    const pausing = await transaction(`select * from ${schema}.write_workflow('case:desk', 0, 'paused', 'by ada')`);
    const claim = ledger.write(claimOf(slot, { guard: { epoch } }));
    await waiting(1);
    await pausing('commit');
    expect(await claim).toMatchObject({ kind: 'held', workflow: { state: 'paused', doc: 'by ada' } });
  });

  it('a mark of suspicion is not acknowledged while a claim that did not see it is being stored', async () => {
    const claim = await uncommitted([claimOf(slot, { guard: { epoch } })]);
    const marking = ledger.markSuspect(1);
    await waiting(1);
    await claim('commit');
    const marked = await marking;
    const answer = await ledger.write(claimOf(slot, { expect: 1, guard: { epoch } }));
    expect(answer).toMatchObject({ kind: 'epoch', info: { epoch: marked.epoch, suspectSince: 1 } });
  });
});
