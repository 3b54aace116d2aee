import type { DatabaseSync } from 'node:sqlite';

import type { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** A row of a record as its columns are, past the ledger. */
export interface RawRow {
  readonly revision: number;
  readonly at: number;
  readonly state: string;
  readonly dueAt: number | null;
  readonly doc: string;
}

export interface RawWorkflow {
  readonly revision: number;
  readonly at: number;
  readonly state: string;
  readonly doc: string;
}

export interface RawEvent {
  readonly at: number;
  readonly doc: string;
}

export interface RawLedger {
  readonly id: string;
  readonly key: string;
  readonly epoch: number;
}

/** What a writer of the database can do; `undefined` deletes. */
export interface Raw {
  row(slot: string): Promise<RawRow | undefined>;
  putRow(slot: string, row: RawRow | undefined): Promise<void>;
  putEvent(slot: string, sequence: number, event: RawEvent | undefined): Promise<void>;
  ledger(): Promise<RawLedger>;
  putLedger(ledger: RawLedger): Promise<void>;
  /** A workflow's state and doc. */
  workflow(name: string): Promise<RawWorkflow | undefined>;
  putWorkflow(name: string, row: RawWorkflow | undefined): Promise<void>;
  /** Hides from sealing what is not sealed yet. */
  hide(slot: string): Promise<void>;
}

type Sql = (statement: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

interface Names {
  readonly effects: string;
  readonly events: string;
  readonly ledger: string;
  readonly workflows: string;
  readonly key: string;
}

function bySql(sql: Sql, { effects, events, ledger, workflows, key }: Names): Raw {
  // SQLite's tables go by the name, Postgres's by its key.
  const workflow = key === 'slot' ? 'workflow' : 'key';
  return {
    row: async (slot) => {
      const [found] = await sql(`select revision, at, state, due_at, doc from ${effects} where ${key} = $1`, [slot]);
      if (!found) return undefined;
      const { at, due_at } = found;
      const dueAt = due_at === null ? null : Number(due_at);
      return { ...(found as unknown as RawRow), at: Number(at), dueAt };
    },
    putRow: async (slot, row) => {
      const [before] = await sql(`select sealed from ${effects} where ${key} = $1`, [slot]);
      if (!row) {
        await sql(`delete from ${effects} where ${key} = $1`, [slot]);
        return;
      }
      const { revision, at, state, dueAt, doc } = row;
      const columns = key === 'slot' ? 'slot' : 'key, slot';
      const values = key === 'slot' ? '$1' : '$1, $1';
      if (before) {
        await sql(`update ${effects} set revision = $2, at = $3, state = $4, due_at = $5, doc = $6 where ${key} = $1`, [
          slot,
          revision,
          at,
          state,
          dueAt,
          doc,
        ]);
      } else {
        await sql(
          `insert into ${effects} (${columns}, revision, at, state, due_at, doc, sealed)
           values (${values}, $2, $3, $4, $5, $6, $2)`,
          [slot, revision, at, state, dueAt, doc],
        );
      }
    },
    putEvent: async (slot, sequence, event) => {
      await sql(`delete from ${events} where ${key} = $1 and sequence = $2`, [slot, sequence]);
      if (!event) return;
      await sql(`insert into ${events} (${key}, sequence, at, doc) values ($1, $2, $3, $4)`, [
        slot,
        sequence,
        event.at,
        event.doc,
      ]);
    },
    ledger: async () => {
      const [found] = await sql(`select id, key, epoch from ${ledger}`);
      const { id, key: bytes, epoch } = found as { id: string; key: Uint8Array; epoch: number };
      return { id, key: Buffer.from(bytes).toString('hex'), epoch };
    },
    putLedger: async ({ id, key: hex, epoch }) => {
      await sql(`update ${ledger} set id = $1, key = $2, epoch = $3`, [id, Buffer.from(hex, 'hex'), epoch]);
    },
    workflow: async (name) => {
      const [found] = await sql(`select revision, at, state, doc from ${workflows} where ${workflow} = $1`, [name]);
      return found && { ...(found as unknown as RawWorkflow), at: Number(found['at']) };
    },
    putWorkflow: async (name, row) => {
      await sql(`delete from ${workflows} where ${workflow} = $1`, [name]);
      if (!row) return;
      await sql(`insert into ${workflows} (${workflow}, revision, at, state, doc) values ($1, $2, $3, $4, $5)`, [
        name,
        row.revision,
        row.at,
        row.state,
        row.doc,
      ]);
    },
    hide: async (slot) => {
      await sql(`update ${effects} set sealed = revision where ${key} = $1`, [slot]);
    },
  };
}

export function rawSqlite(database: DatabaseSync): Raw {
  for (const trigger of ['events_keep_text', 'events_keep_rows', 'events_keep_place']) {
    database.exec(`drop trigger ${trigger}`);
  }
  const sql: Sql = async (statement, values = []) =>
    database.prepare(statement.replaceAll(/\$(\d)/g, '?$1')).all(...(values as never[])) as Record<string, unknown>[];
  return bySql(sql, { effects: 'effects', events: 'events', ledger: 'ledger', workflows: 'workflows', key: 'slot' });
}

/** Its slots are short, so each is its own key. */
export async function rawPostgres(pool: Pool, schema: string): Promise<Raw> {
  await pool.query(`alter table ${schema}.events disable trigger keep_events`);
  const sql: Sql = async (statement, values) => (await pool.query(statement, values)).rows as Record<string, unknown>[];
  return bySql(sql, {
    effects: `${schema}.effects`,
    events: `${schema}.events`,
    ledger: `${schema}.ledger`,
    workflows: `${schema}.workflows`,
    key: 'key',
  });
}

/** A ledger of one bucket. */
export function rawRedis(client: Redis, prefix: string): Raw {
  const tag = `{${prefix}:0}`;
  const row = (slot: string): string => `${tag}:slot:${slot}`;
  return {
    row: async (slot) => {
      const [head, doc] = await client.hmget(row(slot), 'head', 'doc');
      if (head === null || head === undefined) return undefined;
      const [revision, at, state = ''] = head.split(' ');
      const due = await client.zscore(`${tag}:due`, slot);
      return {
        revision: Number(revision),
        at: Number(at),
        state,
        dueAt: due === null ? null : Number(due),
        doc: doc ?? '',
      };
    },
    putRow: async (slot, put) => {
      if (!put) {
        await client.hdel(row(slot), 'head', 'doc');
        await client.zrem(`${tag}:slots`, slot);
        await client.zrem(`${tag}:due`, slot);
        return;
      }
      await client.hset(row(slot), 'head', `${put.revision} ${put.at} ${put.state}`, 'doc', put.doc);
      await client.zadd(`${tag}:slots`, 0, slot);
      if (put.dueAt === null) await client.zrem(`${tag}:due`, slot);
      else await client.zadd(`${tag}:due`, put.dueAt, slot);
    },
    putEvent: async (slot, sequence, event) => {
      if (event) await client.hset(row(slot), `event ${sequence}`, `${event.at} ${event.doc}`);
      else await client.hdel(row(slot), `event ${sequence}`);
    },
    ledger: async () => {
      const [id, key, epoch] = await client.hmget(`${tag}:ledger`, 'id', 'key', 'epoch');
      return { id: id ?? '', key: key ?? '', epoch: Number(epoch) };
    },
    putLedger: async ({ id, key, epoch }) => {
      await client.hset(`${tag}:ledger`, { id, key, epoch });
    },
    workflow: async (name) => {
      const text = await client.hget(`${tag}:workflows`, name);
      const [, revision, at, state = '', doc = ''] = /^(\d+) (\d+) (\w+) (.*)$/s.exec(text ?? '') ?? [];
      return text === null ? undefined : { revision: Number(revision), at: Number(at), state, doc };
    },
    putWorkflow: async (name, row) => {
      if (!row) await client.hdel(`${tag}:workflows`, name);
      else await client.hset(`${tag}:workflows`, name, `${row.revision} ${row.at} ${row.state} ${row.doc}`);
    },
    hide: async (slot) => {
      await client.zrem(`${tag}:unsealed`, slot);
    },
  };
}
