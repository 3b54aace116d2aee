import { schema2 } from './schema-2.ts';
import { schema3 } from './schema-3.ts';

/** A name that can be a schema or the beginning of a table's name without quoting. */
const plainName = /^[a-z_][a-z0-9_]{0,30}$/;

/** Where a ledger's tables lie. Two ledgers of one database differ in schema or prefix and never see each other. */
export interface PostgresPlace {
  /** Default `oncely`. */
  readonly schema?: string;
  /** Stands before each table's name. Default none. */
  readonly prefix?: string;
}

/** The qualified names of a place, by which each `{table}` in a statement is replaced. */
export function placed({ schema = 'oncely', prefix = '' }: PostgresPlace): (statement: string) => string {
  return (statement) =>
    statement
      .replaceAll('{schema}', schema)
      .replace(/\{([a-z_]*)\}/g, (_, name: string) => `${schema}.${prefix}${name}`);
}

/** What is wrong with a place; `undefined` when nothing is. */
export function placeProblem({ schema = 'oncely', prefix = '' }: PostgresPlace): string | undefined {
  if (!plainName.test(schema)) return `schema must match ${plainName.source}`;
  if (prefix !== '' && !plainName.test(prefix)) return `prefix must match ${plainName.source}`;
  return undefined;
}

/**
 * Append-only: a released migration is never edited, a change is a new one. `{name}` is a table or function of ours.
 * A key is the slot, shortened where an index could not hold it. Times are milliseconds since 1970, by the server.
 */
const migrations: readonly string[] = [
  `
  create table {ledger} (
    one boolean primary key default true check (one),
    version integer not null, id text not null, key bytea not null, epoch integer not null, suspect_since bigint
  );
  create table {effects} (
    key text collate "C" primary key, slot text not null, revision integer not null, at bigint not null,
    state text not null, due_at bigint, doc text not null, sealed integer not null default 0
  );
  create index on {effects} (due_at) where due_at is not null;
  create index on {effects} (key) where sealed <> revision;
  create table {events} (
    key text collate "C", sequence integer, at bigint not null, doc text not null, primary key (key, sequence)
  );
  create table {workflows} (
    key text collate "C" primary key, revision integer not null, at bigint not null, state text not null,
    doc text not null
  );
  create index on {workflows} (key) where state <> 'running';

  create function {keep_events}() returns trigger language plpgsql as
    $keep$ begin raise exception 'audit events are immutable' using errcode = 'OC003'; end $keep$;
  create trigger keep_events before update or delete or truncate on {events}
    for each statement execute function {keep_events}();

  create function {now_ms}() returns bigint language sql as
    $now$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint $now$;

  -- Claims hold the gate shared while they look at epoch and workflow, whoever changes those holds it alone. (Of a workflow
  -- that was never written there is no row to share, and a shared row would be written to disk by every claim.) All that
  -- is behind the gate relies on each statement seeing what was committed before it.
  create function {pass_gate}(alone boolean) returns void language plpgsql as $gate$
  declare
    gate constant bigint := hashtextextended('oncely {}', 1);
  begin
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'the ledger needs read committed transactions, and these are %',
        current_setting('transaction_isolation') using errcode = 'OC001';
    end if;
    if alone then perform pg_advisory_xact_lock(gate); else perform pg_advisory_xact_lock_shared(gate); end if;
  end $gate$;

  create function {write}(
    keys text[], slots text[], expects integer[], docs text[], states text[], dues bigint[], workflows text[],
    epochs integer[], event_of integer[], event_sequences integer[], event_docs text[], durable boolean
  ) returns table (n bigint, kind text, now_at bigint, revision integer, at bigint, state text, doc text)
  language plpgsql as $write$
  #variable_conflict use_column
  declare
    command record;
    seen record;
    held boolean;
    epoch_now integer;
    at_once boolean;
    started_at bigint;
    written_ats bigint[] := array_fill(null::bigint, array[cardinality(keys)]);
  begin
    if durable and current_setting('synchronous_commit') = 'off' then
      raise exception 'synchronous_commit is off on this connection' using errcode = 'OC002';
    end if;
    perform {pass_gate}(false);
    select l.epoch into epoch_now from {ledger} l;
    held := exists (select from {workflows} w where w.state <> 'running');
    at_once := not held
      and not exists (select from unnest(epochs) as g (epoch) where g.epoch <> epoch_now)
      and cardinality(keys) = (select count(distinct k.key collate "C") from unnest(keys) as k (key));
    if at_once then
      -- One statement for all that nothing stands against, for half of what one each takes. What is seen to be at another
      -- revision is not tried, since that would mark its row; whoever is faster is met by the comparison at the end.
      started_at := {now_ms}();
      with stored as (
        insert into {effects} as e (key, slot, revision, at, state, due_at, doc)
          select c.key, c.slot, c.expect + 1, started_at, c.state, started_at + c.due, c.doc
          from unnest(keys, slots, expects, docs, states, dues) as c (key, slot, expect, doc, state, due)
          -- A look by key for each, so that no plan made for small tables reads a large one.
          where coalesce((select e.revision from {effects} e where e.key = c.key), 0) = c.expect
          -- As below, so that two batches never wait for each other in a circle.
          order by c.key collate "C"
          on conflict (key) do update
            set revision = excluded.revision, at = greatest(excluded.at, e.at), state = excluded.state,
              doc = excluded.doc, due_at = greatest(excluded.at, e.at) + (excluded.due_at - excluded.at)
            where e.revision = excluded.revision - 1
          returning e.key, e.at
      )
      select array_agg(s.at order by c.n) into written_ats
        from unnest(keys) with ordinality as c (key, n) left join stored s on s.key = c.key collate "C";
      return query
        select w.n, 'written', w.at, w.expect + 1, w.at, null::text, null::text
        from unnest(written_ats, expects) with ordinality as w (at, expect, n) where w.at is not null;
    end if;
    if array_position(written_ats, null) is not null then
      -- In the order of their keys, so that two batches never wait for each other in a circle.
      for command in
        select * from unnest(keys, slots, expects, docs, states, dues, workflows, epochs) with ordinality
          as c (key, slot, expect, doc, state, due, workflow, epoch, n)
        where written_ats[c.n] is null order by c.key collate "C", c.n
      loop
        n := command.n;
        kind := case when at_once then 'conflict' when command.epoch <> epoch_now then 'epoch' end;
        if kind is null and held and command.epoch is not null then
          select w.revision, w.at, w.state, w.doc into seen
            from {workflows} w where w.key = command.workflow and w.state <> 'running';
          if found then
            kind := 'held'; revision := seen.revision; at := seen.at; state := seen.state; doc := seen.doc;
          end if;
        end if;
        now_at := {now_ms}();
        if kind is null and command.expect = 0 then
          insert into {effects} as e (key, slot, revision, at, state, due_at, doc)
            values (command.key, command.slot, 1, now_at, command.state, now_at + command.due, command.doc)
            on conflict (key) do nothing
            returning 'written', e.revision, e.at, null, null into kind, revision, at, state, doc;
        elsif kind is null then
          update {effects} e
            set revision = e.revision + 1, at = greatest({now_ms}(), e.at), state = command.state, doc = command.doc,
              due_at = greatest({now_ms}(), e.at) + command.due
            where e.key = command.key and e.revision = command.expect
            returning 'written', e.revision, e.at, null, null into kind, revision, at, state, doc;
        end if;
        if kind = 'written' then
          now_at := at;
          written_ats[command.n] := at;
        else
          -- What is recorded is shown to whoever repeats it, held or not.
          select e.revision, e.at, e.doc into seen from {effects} e where e.key = command.key;
          if at_once or coalesce(seen.revision, 0) <> command.expect then
            kind := 'conflict'; revision := seen.revision; at := seen.at; state := null; doc := seen.doc;
            now_at := greatest({now_ms}(), seen.at);
          end if;
        end if;
        return next;
      end loop;
    end if;
    if cardinality(event_of) > 0 then
      insert into {events} (key, sequence, at, doc)
        select keys[e.command], e.sequence, written_ats[e.command], e.doc
        from unnest(event_of, event_sequences, event_docs) as e (command, sequence, doc)
        where written_ats[e.command] is not null;
    end if;
  end $write$;

  -- One write alone, in as few statements as it takes, since each costs more than what it does. Where something stands
  -- against it, the function for many tells what. The answer is its row as one text, the document last.
  create function {write_one}(
    new_key text, new_slot text, expect integer, new_doc text, new_state text, due bigint, workflow text,
    guard integer, event_sequences integer[], event_docs text[], durable boolean
  ) returns text language plpgsql as $one$
  declare
    epoch_now integer;
    held boolean;
    written_at bigint;
  begin
    if durable and current_setting('synchronous_commit') = 'off' then
      raise exception 'synchronous_commit is off on this connection' using errcode = 'OC002';
    end if;
    perform {pass_gate}(false);
    select l.epoch, exists (select from {workflows} w where w.state <> 'running') into epoch_now, held from {ledger} l;
    if guard is null or guard = epoch_now and not held then
      if expect = 0 then
        insert into {effects} as e (key, slot, revision, at, state, due_at, doc)
          select new_key, new_slot, 1, time.now_at, new_state, time.now_at + due, new_doc from {now_ms}() as time (now_at)
          on conflict (key) do nothing
          returning e.at into written_at;
      else
        update {effects} e
          set revision = e.revision + 1, at = greatest(time.now_at, e.at), state = new_state, doc = new_doc,
            due_at = greatest(time.now_at, e.at) + due
          from {now_ms}() as time (now_at)
          where e.key = new_key and e.revision = expect
          returning e.at into written_at;
      end if;
    end if;
    if written_at is null then
      return (
        select concat_ws(' ', w.kind, w.now_at, coalesce(w.revision, 0), coalesce(w.at, 0), coalesce(w.state, '-'), w.doc)
        from {write}(
          array[new_key], array[new_slot], array[expect], array[new_doc], array[new_state], array[due], array[workflow],
          array[guard], array_fill(1, array[cardinality(event_sequences)]), event_sequences, event_docs, durable
        ) w
      );
    end if;
    if cardinality(event_sequences) > 0 then
      insert into {events} (key, sequence, at, doc)
        select new_key, e.sequence, written_at, e.doc from unnest(event_sequences, event_docs) as e (sequence, doc);
    end if;
    return concat_ws(' ', 'written', written_at, expect + 1, written_at, '-');
  end $one$;

  create function {write_workflow}(workflow text, expect integer, new_state text, new_doc text)
  returns table (written boolean, now_at bigint, revision integer, at bigint, state text, doc text)
  language plpgsql as $workflow$
  #variable_conflict use_column
  begin
    perform {pass_gate}(true);
    now_at := {now_ms}();
    select w.revision, w.at, w.state, w.doc into revision, at, state, doc from {workflows} w where w.key = workflow;
    written := coalesce(revision, 0) = expect;
    if written then
      insert into {workflows} as w (key, revision, at, state, doc) values (workflow, 1, now_at, new_state, new_doc)
        on conflict (key) do update
          set revision = w.revision + 1, at = excluded.at, state = excluded.state, doc = excluded.doc;
    end if;
    return next;
  end $workflow$;

  -- A second loss does not end the doubt about the first; -1 leaves the mark as it is and raises the epoch only.
  create function {mark_suspect}(since bigint) returns void language plpgsql as $suspect$
  begin
    perform {pass_gate}(true);
    update {ledger} l set epoch = l.epoch + 1,
      suspect_since = case when since = -1 then l.suspect_since
        when since is not null then least(since, l.suspect_since) end;
  end $suspect$;
  `,
  schema2,
  schema3,
];

/** The newest schema that this version knows. */
export const schemaVersion: number = migrations.length;

/** One statement that brings a place to this version's tables, whoever is first; it needs the right to create them. */
export function migration(place: PostgresPlace, fresh: { readonly id: string; readonly key: Uint8Array }): string {
  const steps = migrations.map(
    (statements, at) => `
  if found_version < ${at + 1} then
    execute $migration$${statements}$migration$;${
      at > 0
        ? ''
        : `
    insert into {ledger} (version, id, key, epoch)
      values (0, '${fresh.id}', decode('${Buffer.from(fresh.key).toString('hex')}', 'hex'), 1);`
    }
  end if;`,
  );
  return placed(place)(`
do $migrate$
declare
  found_version integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('oncely {}', 2));
  if to_regnamespace('{schema}') is null then create schema {schema}; end if;
  if to_regclass('{ledger}') is not null then select version into found_version from {ledger}; end if;${steps.join('')}
  update {ledger} set version = ${schemaVersion} where version < ${schemaVersion};
end $migrate$`);
}

/**
 * SQL that lets a role work with a ledger and no more: it can neither change nor delete an audit event, nor the schema.
 * To be run once by the owner of the tables, for a role that exists.
 * @example
 * await admin.query(postgresWorkerGrants('agents'));
 */
export function workerGrants(role: string, place: PostgresPlace): string {
  const quoted = `"${role.replaceAll('"', '""')}"`;
  return placed(place)(`
grant usage on schema {schema} to ${quoted};
grant select, update (epoch, suspect_since) on {ledger} to ${quoted};
grant select, insert, update on {effects}, {workflows} to ${quoted};
grant select, insert on {events} to ${quoted};
`);
}
