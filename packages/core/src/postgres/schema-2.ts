/**
 * The second schema: a ledger that notices when the server is another one than it was, calls that refuse a transaction
 * which somebody else ends, and an index of what is open.
 */
export const schema2 = `
  -- What the server was when somebody last looked, where its log of writes stood then, and when somebody last wrote, to
  -- the minute.
  alter table {ledger} add column system text, add column origin text, add column origin_lsn pg_lsn,
    add column seen_at bigint;

  -- What few effects are in, and somebody is to look at.
  create index on {effects} (state, key) where state in ('awaiting_approval', 'ready', 'in_doubt', 'stopped',
    'rejected', 'declined', 'cancelled', 'compensating', 'compensated');

  -- The timeline, which every promotion of a standby and every restored backup raises, and the start of the server. Both
  -- lie in its memory. Any role may ask.
  create function {origin}() returns text language plpgsql as $origin$ begin
    return left(pg_walfile_name(pg_current_wal_lsn()), 8) || ' ' || extract(epoch from pg_postmaster_start_time());
  end $origin$;

  -- Looks at what the server is now, and marks what may be forgotten: by another cluster or timeline, or by a log of
  -- writes that stands before what this process has seen. With the rights of the owner, since workers change no more of
  -- the row than the epoch. Gives the origin.
  create function {notice_origin}(known_origin text, known_lsn pg_lsn) returns text
  language plpgsql security definer set search_path = pg_catalog as $notice$
  declare
    here constant text := {origin}();
    system_here constant text := (select system_identifier::text from pg_control_system());
    seen record;
    lost boolean;
  begin
    perform {pass_gate}(true);
    select l.system, l.origin, l.origin_lsn, l.seen_at into seen from {ledger} l;
    lost := seen.origin is not null and (
      seen.system <> system_here
      or left(seen.origin, 8) <> left(here, 8)
      or known_lsn > pg_current_wal_insert_lsn()
      -- The server came back with less than this process had seen, and was written since.
      or known_origin <> here and seen.origin = here and known_lsn > seen.origin_lsn
    );
    if lost then perform {mark_suspect}(coalesce(seen.seen_at, 0)); end if;
    if lost or seen.origin is distinct from here then
      update {ledger} l set system = system_here, origin = here, origin_lsn = pg_current_wal_insert_lsn(),
        seen_at = {now_ms}();
    end if;
    return here;
  end $notice$;

  -- What is gone was written after this.
  create function {touch}() returns void language sql security definer set search_path = pg_catalog as
    $touch$ update {ledger} set seen_at = {now_ms}() where seen_at < {now_ms}() - 60000 $touch$;

  create function {same_origin}(known_origin text, known_lsn pg_lsn) returns boolean language plpgsql as $same$
  declare
    seen record;
  begin
    -- Where the server does not tell what it is.
    if known_origin is null then return false; end if;
    select l.origin, l.seen_at into seen from {ledger} l;
    if seen.origin <> {origin}() or known_origin <> seen.origin or known_lsn > pg_current_wal_insert_lsn() then
      raise exception 'the server is another one, or another copy, than it was' using errcode = 'OC004';
    end if;
    return seen.seen_at < {now_ms}() - 60000;
  end $same$;

  -- The calls of a ledger. Each begins with a commit, which the server refuses (2D000) where the call stands in a
  -- transaction: its rollback would take back what was acknowledged.
  create procedure {write_one_alone}(
    new_key text, new_slot text, expect integer, new_doc text, new_state text, due bigint, workflow text,
    guard integer, event_sequences integer[], event_docs text[], durable boolean, known_origin text, known_lsn pg_lsn,
    inout answer text
  ) language plpgsql as $one$
  declare
    stale boolean;
  begin
    commit;
    stale := {same_origin}(known_origin, known_lsn);
    answer := {write_one}(new_key, new_slot, expect, new_doc, new_state, due, workflow, guard, event_sequences,
      event_docs, durable);
    -- Last, since its row is everybody's.
    if stale then perform {touch}(); end if;
    if known_origin is not null then answer := concat(pg_current_wal_insert_lsn(), ' ', answer); end if;
  end $one$;

  create procedure {write_alone}(
    keys text[], slots text[], expects integer[], docs text[], states text[], dues bigint[], workflows text[],
    epochs integer[], event_of integer[], event_sequences integer[], event_docs text[], durable boolean,
    known_origin text, known_lsn pg_lsn, inout lsn text, inout answers text
  ) language plpgsql as $many$
  declare
    stale boolean;
  begin
    commit;
    stale := {same_origin}(known_origin, known_lsn);
    answers := (
      select json_agg(json_build_array(w.n, w.kind, w.now_at, w.revision, w.at, w.state, w.doc)) from {write}(
        keys, slots, expects, docs, states, dues, workflows, epochs, event_of, event_sequences, event_docs, durable
      ) w
    );
    if stale then perform {touch}(); end if;
    if known_origin is not null then lsn := pg_current_wal_insert_lsn(); end if;
  end $many$;

  create procedure {write_workflow_alone}(workflow text, expect integer, new_state text, new_doc text, inout answer text)
  language plpgsql as $workflow$
  begin
    commit;
    answer := (
      select json_build_array(w.written, w.now_at, w.revision, w.at, w.state, w.doc)
      from {write_workflow}(workflow, expect, new_state, new_doc) w
    );
  end $workflow$;

  create procedure {mark_suspect_alone}(since bigint) language plpgsql as $suspect$
  begin
    commit;
    perform {mark_suspect}(since);
  end $suspect$;
`;
