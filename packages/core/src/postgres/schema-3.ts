/**
 * The third schema: a ledger that notices when its tables were dropped and made anew, or put back from a dump. The calls
 * of the second one stay for processes that run while it is brought up to date.
 */
export const schema3 = `
  -- Which tables these were when somebody last looked.
  alter table {ledger} add column tables text;

  -- The ledger's id, and the numbers of its tables, of which the server gives each only once.
  create function {tables}() returns text language plpgsql as $tables$ begin
    return (
      select concat_ws(' ', l.id, '{effects}'::regclass::oid, '{events}'::regclass::oid) from {ledger} l
    );
  end $tables$;

  -- Looks at which tables these are, and marks what may be forgotten: all of it where they are another ledger's than this
  -- process knows, or what was written since the copy that was put back. With the rights of the owner, as notice_origin.
  create function {notice_tables}(known text) returns text
  language plpgsql security definer set search_path = pg_catalog as $notice$
  declare
    here constant text := {tables}();
    seen record;
  begin
    perform {pass_gate}(true);
    select l.id, l.tables, l.seen_at into seen from {ledger} l;
    if split_part(known, ' ', 1) <> seen.id then
      perform {mark_suspect}(0);
    elsif coalesce(seen.tables, known) <> here then
      perform {mark_suspect}(coalesce(seen.seen_at, 0));
    end if;
    if seen.tables is distinct from here then update {ledger} l set tables = here; end if;
    return here;
  end $notice$;

  create function {same_ledger}(known_tables text, known_origin text, known_lsn pg_lsn) returns boolean
  language plpgsql as $same$ begin
    -- Who has not opened it knows none.
    if known_tables <> {tables}() then
      raise exception 'the tables are others than they were' using errcode = 'OC004';
    end if;
    return {same_origin}(known_origin, known_lsn);
  end $same$;

  create procedure {write_one_alone}(
    new_key text, new_slot text, expect integer, new_doc text, new_state text, due bigint, workflow text,
    guard integer, event_sequences integer[], event_docs text[], durable boolean, known_origin text, known_lsn pg_lsn,
    known_tables text, inout answer text
  ) language plpgsql as $one$
  declare
    stale boolean;
  begin
    commit;
    stale := {same_ledger}(known_tables, known_origin, known_lsn);
    answer := {write_one}(new_key, new_slot, expect, new_doc, new_state, due, workflow, guard, event_sequences,
      event_docs, durable);
    -- Last, since its row is everybody's.
    if stale then perform {touch}(); end if;
    if known_origin is not null then answer := concat(pg_current_wal_insert_lsn(), ' ', answer); end if;
  end $one$;

  create procedure {write_alone}(
    keys text[], slots text[], expects integer[], docs text[], states text[], dues bigint[], workflows text[],
    epochs integer[], event_of integer[], event_sequences integer[], event_docs text[], durable boolean,
    known_origin text, known_lsn pg_lsn, known_tables text, inout lsn text, inout answers text
  ) language plpgsql as $many$
  declare
    stale boolean;
  begin
    commit;
    stale := {same_ledger}(known_tables, known_origin, known_lsn);
    answers := (
      select json_agg(json_build_array(w.n, w.kind, w.now_at, w.revision, w.at, w.state, w.doc)) from {write}(
        keys, slots, expects, docs, states, dues, workflows, epochs, event_of, event_sequences, event_docs, durable
      ) w
    );
    if stale then perform {touch}(); end if;
    if known_origin is not null then lsn := pg_current_wal_insert_lsn(); end if;
  end $many$;
`;
