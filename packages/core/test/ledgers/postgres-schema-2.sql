SET check_function_bodies = false;
CREATE SCHEMA kept_schema;
CREATE FUNCTION kept_schema.keep_events() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ begin raise exception 'audit events are immutable' using errcode = 'OC003'; end $$;
CREATE FUNCTION kept_schema.mark_suspect(since bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
  begin
    perform kept_schema.pass_gate(true);
    update kept_schema.ledger l set epoch = l.epoch + 1,
      suspect_since = case when since = -1 then l.suspect_since
        when since is not null then least(since, l.suspect_since) end;
  end $$;
CREATE PROCEDURE kept_schema.mark_suspect_alone(IN since bigint)
    LANGUAGE plpgsql
    AS $$
  begin
    commit;
    perform kept_schema.mark_suspect(since);
  end $$;
CREATE FUNCTION kept_schema.notice_origin(known_origin text, known_lsn pg_lsn) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  declare
    here constant text := kept_schema.origin();
    system_here constant text := (select system_identifier::text from pg_control_system());
    seen record;
    lost boolean;
  begin
    perform kept_schema.pass_gate(true);
    select l.system, l.origin, l.origin_lsn, l.seen_at into seen from kept_schema.ledger l;
    lost := seen.origin is not null and (
      seen.system <> system_here
      or left(seen.origin, 8) <> left(here, 8)
      or known_lsn > pg_current_wal_insert_lsn()
      -- The server came back with less than this process had seen, and was written since.
      or known_origin <> here and seen.origin = here and known_lsn > seen.origin_lsn
    );
    if lost then perform kept_schema.mark_suspect(coalesce(seen.seen_at, 0)); end if;
    if lost or seen.origin is distinct from here then
      update kept_schema.ledger l set system = system_here, origin = here, origin_lsn = pg_current_wal_insert_lsn(),
        seen_at = kept_schema.now_ms();
    end if;
    return here;
  end $$;
CREATE FUNCTION kept_schema.now_ms() RETURNS bigint
    LANGUAGE sql
    AS $$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint $$;
CREATE FUNCTION kept_schema.origin() RETURNS text
    LANGUAGE plpgsql
    AS $$ begin
    return left(pg_walfile_name(pg_current_wal_lsn()), 8) || ' ' || extract(epoch from pg_postmaster_start_time());
  end $$;
CREATE FUNCTION kept_schema.pass_gate(alone boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
  declare
    gate constant bigint := hashtextextended('oncely kept_schema.', 1);
  begin
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'the ledger needs read committed transactions, and these are %',
        current_setting('transaction_isolation') using errcode = 'OC001';
    end if;
    if alone then perform pg_advisory_xact_lock(gate); else perform pg_advisory_xact_lock_shared(gate); end if;
  end $$;
CREATE FUNCTION kept_schema.same_origin(known_origin text, known_lsn pg_lsn) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
  declare
    seen record;
  begin
    -- Where the server does not tell what it is.
    if known_origin is null then return false; end if;
    select l.origin, l.seen_at into seen from kept_schema.ledger l;
    if seen.origin <> kept_schema.origin() or known_origin <> seen.origin or known_lsn > pg_current_wal_insert_lsn() then
      raise exception 'the server is another one, or another copy, than it was' using errcode = 'OC004';
    end if;
    return seen.seen_at < kept_schema.now_ms() - 60000;
  end $$;
CREATE FUNCTION kept_schema.touch() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$ update kept_schema.ledger set seen_at = kept_schema.now_ms() where seen_at < kept_schema.now_ms() - 60000 $$;
CREATE FUNCTION kept_schema.write(keys text[], slots text[], expects integer[], docs text[], states text[], dues bigint[], workflows text[], epochs integer[], event_of integer[], event_sequences integer[], event_docs text[], durable boolean) RETURNS TABLE(n bigint, kind text, now_at bigint, revision integer, at bigint, state text, doc text)
    LANGUAGE plpgsql
    AS $$
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
    perform kept_schema.pass_gate(false);
    select l.epoch into epoch_now from kept_schema.ledger l;
    held := exists (select from kept_schema.workflows w where w.state <> 'running');
    at_once := not held
      and not exists (select from unnest(epochs) as g (epoch) where g.epoch <> epoch_now)
      and cardinality(keys) = (select count(distinct k.key collate "C") from unnest(keys) as k (key));
    if at_once then
      -- One statement for all that nothing stands against, for half of what one each takes. What is seen to be at another
      -- revision is not tried, since that would mark its row; whoever is faster is met by the comparison at the end.
      started_at := kept_schema.now_ms();
      with stored as (
        insert into kept_schema.effects as e (key, slot, revision, at, state, due_at, doc)
          select c.key, c.slot, c.expect + 1, started_at, c.state, started_at + c.due, c.doc
          from unnest(keys, slots, expects, docs, states, dues) as c (key, slot, expect, doc, state, due)
          -- A look by key for each, so that no plan made for small tables reads a large one.
          where coalesce((select e.revision from kept_schema.effects e where e.key = c.key), 0) = c.expect
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
            from kept_schema.workflows w where w.key = command.workflow and w.state <> 'running';
          if found then
            kind := 'held'; revision := seen.revision; at := seen.at; state := seen.state; doc := seen.doc;
          end if;
        end if;
        now_at := kept_schema.now_ms();
        if kind is null and command.expect = 0 then
          insert into kept_schema.effects as e (key, slot, revision, at, state, due_at, doc)
            values (command.key, command.slot, 1, now_at, command.state, now_at + command.due, command.doc)
            on conflict (key) do nothing
            returning 'written', e.revision, e.at, null, null into kind, revision, at, state, doc;
        elsif kind is null then
          update kept_schema.effects e
            set revision = e.revision + 1, at = greatest(kept_schema.now_ms(), e.at), state = command.state, doc = command.doc,
              due_at = greatest(kept_schema.now_ms(), e.at) + command.due
            where e.key = command.key and e.revision = command.expect
            returning 'written', e.revision, e.at, null, null into kind, revision, at, state, doc;
        end if;
        if kind = 'written' then
          now_at := at;
          written_ats[command.n] := at;
        else
          -- What is recorded is shown to whoever repeats it, held or not.
          select e.revision, e.at, e.doc into seen from kept_schema.effects e where e.key = command.key;
          if at_once or coalesce(seen.revision, 0) <> command.expect then
            kind := 'conflict'; revision := seen.revision; at := seen.at; state := null; doc := seen.doc;
            now_at := greatest(kept_schema.now_ms(), seen.at);
          end if;
        end if;
        return next;
      end loop;
    end if;
    if cardinality(event_of) > 0 then
      insert into kept_schema.events (key, sequence, at, doc)
        select keys[e.command], e.sequence, written_ats[e.command], e.doc
        from unnest(event_of, event_sequences, event_docs) as e (command, sequence, doc)
        where written_ats[e.command] is not null;
    end if;
  end $$;
CREATE PROCEDURE kept_schema.write_alone(IN keys text[], IN slots text[], IN expects integer[], IN docs text[], IN states text[], IN dues bigint[], IN workflows text[], IN epochs integer[], IN event_of integer[], IN event_sequences integer[], IN event_docs text[], IN durable boolean, IN known_origin text, IN known_lsn pg_lsn, INOUT lsn text, INOUT answers text)
    LANGUAGE plpgsql
    AS $$
  declare
    stale boolean;
  begin
    commit;
    stale := kept_schema.same_origin(known_origin, known_lsn);
    answers := (
      select json_agg(json_build_array(w.n, w.kind, w.now_at, w.revision, w.at, w.state, w.doc)) from kept_schema.write(
        keys, slots, expects, docs, states, dues, workflows, epochs, event_of, event_sequences, event_docs, durable
      ) w
    );
    if stale then perform kept_schema.touch(); end if;
    if known_origin is not null then lsn := pg_current_wal_insert_lsn(); end if;
  end $$;
CREATE FUNCTION kept_schema.write_one(new_key text, new_slot text, expect integer, new_doc text, new_state text, due bigint, workflow text, guard integer, event_sequences integer[], event_docs text[], durable boolean) RETURNS text
    LANGUAGE plpgsql
    AS $$
  declare
    epoch_now integer;
    held boolean;
    written_at bigint;
  begin
    if durable and current_setting('synchronous_commit') = 'off' then
      raise exception 'synchronous_commit is off on this connection' using errcode = 'OC002';
    end if;
    perform kept_schema.pass_gate(false);
    select l.epoch, exists (select from kept_schema.workflows w where w.state <> 'running') into epoch_now, held from kept_schema.ledger l;
    if guard is null or guard = epoch_now and not held then
      if expect = 0 then
        insert into kept_schema.effects as e (key, slot, revision, at, state, due_at, doc)
          select new_key, new_slot, 1, time.now_at, new_state, time.now_at + due, new_doc from kept_schema.now_ms() as time (now_at)
          on conflict (key) do nothing
          returning e.at into written_at;
      else
        update kept_schema.effects e
          set revision = e.revision + 1, at = greatest(time.now_at, e.at), state = new_state, doc = new_doc,
            due_at = greatest(time.now_at, e.at) + due
          from kept_schema.now_ms() as time (now_at)
          where e.key = new_key and e.revision = expect
          returning e.at into written_at;
      end if;
    end if;
    if written_at is null then
      return (
        select concat_ws(' ', w.kind, w.now_at, coalesce(w.revision, 0), coalesce(w.at, 0), coalesce(w.state, '-'), w.doc)
        from kept_schema.write(
          array[new_key], array[new_slot], array[expect], array[new_doc], array[new_state], array[due], array[workflow],
          array[guard], array_fill(1, array[cardinality(event_sequences)]), event_sequences, event_docs, durable
        ) w
      );
    end if;
    if cardinality(event_sequences) > 0 then
      insert into kept_schema.events (key, sequence, at, doc)
        select new_key, e.sequence, written_at, e.doc from unnest(event_sequences, event_docs) as e (sequence, doc);
    end if;
    return concat_ws(' ', 'written', written_at, expect + 1, written_at, '-');
  end $$;
CREATE PROCEDURE kept_schema.write_one_alone(IN new_key text, IN new_slot text, IN expect integer, IN new_doc text, IN new_state text, IN due bigint, IN workflow text, IN guard integer, IN event_sequences integer[], IN event_docs text[], IN durable boolean, IN known_origin text, IN known_lsn pg_lsn, INOUT answer text)
    LANGUAGE plpgsql
    AS $$
  declare
    stale boolean;
  begin
    commit;
    stale := kept_schema.same_origin(known_origin, known_lsn);
    answer := kept_schema.write_one(new_key, new_slot, expect, new_doc, new_state, due, workflow, guard, event_sequences,
      event_docs, durable);
    -- Last, since its row is everybody's.
    if stale then perform kept_schema.touch(); end if;
    if known_origin is not null then answer := concat(pg_current_wal_insert_lsn(), ' ', answer); end if;
  end $$;
CREATE FUNCTION kept_schema.write_workflow(workflow text, expect integer, new_state text, new_doc text) RETURNS TABLE(written boolean, now_at bigint, revision integer, at bigint, state text, doc text)
    LANGUAGE plpgsql
    AS $$
  #variable_conflict use_column
  begin
    perform kept_schema.pass_gate(true);
    now_at := kept_schema.now_ms();
    select w.revision, w.at, w.state, w.doc into revision, at, state, doc from kept_schema.workflows w where w.key = workflow;
    written := coalesce(revision, 0) = expect;
    if written then
      insert into kept_schema.workflows as w (key, revision, at, state, doc) values (workflow, 1, now_at, new_state, new_doc)
        on conflict (key) do update
          set revision = w.revision + 1, at = excluded.at, state = excluded.state, doc = excluded.doc;
    end if;
    return next;
  end $$;
CREATE PROCEDURE kept_schema.write_workflow_alone(IN workflow text, IN expect integer, IN new_state text, IN new_doc text, INOUT answer text)
    LANGUAGE plpgsql
    AS $$
  begin
    commit;
    answer := (
      select json_build_array(w.written, w.now_at, w.revision, w.at, w.state, w.doc)
      from kept_schema.write_workflow(workflow, expect, new_state, new_doc) w
    );
  end $$;
CREATE TABLE kept_schema.effects (
    key text NOT NULL COLLATE pg_catalog."C",
    slot text NOT NULL,
    revision integer NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL,
    due_at bigint,
    doc text NOT NULL,
    sealed integer DEFAULT 0 NOT NULL
);
CREATE TABLE kept_schema.events (
    key text NOT NULL COLLATE pg_catalog."C",
    sequence integer NOT NULL,
    at bigint NOT NULL,
    doc text NOT NULL
);
CREATE TABLE kept_schema.ledger (
    one boolean DEFAULT true NOT NULL,
    version integer NOT NULL,
    id text NOT NULL,
    key bytea NOT NULL,
    epoch integer NOT NULL,
    suspect_since bigint,
    system text,
    origin text,
    origin_lsn pg_lsn,
    seen_at bigint,
    CONSTRAINT ledger_one_check CHECK (one)
);
CREATE TABLE kept_schema.workflows (
    key text NOT NULL COLLATE pg_catalog."C",
    revision integer NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL,
    doc text NOT NULL
);
INSERT INTO kept_schema.effects VALUES ('case:desk:refund', 'case:desk:refund', 2, 1700000000500, 'succeeded', NULL, '{"n":2}', 0);
INSERT INTO kept_schema.events VALUES ('case:desk:refund', 1, 1700000000500, 'settled');
INSERT INTO kept_schema.ledger VALUES (true, 2, 'kept', '\xabababababababababababababababababababababababababababababababab', 2, 1700000000000, NULL, NULL, NULL, NULL);
INSERT INTO kept_schema.workflows VALUES ('case:desk', 1, 1700000000600, 'paused', 'by ada');
ALTER TABLE ONLY kept_schema.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (key);
ALTER TABLE ONLY kept_schema.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (key, sequence);
ALTER TABLE ONLY kept_schema.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (one);
ALTER TABLE ONLY kept_schema.workflows
    ADD CONSTRAINT workflows_pkey PRIMARY KEY (key);
CREATE INDEX effects_due_at_idx ON kept_schema.effects USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX effects_key_idx ON kept_schema.effects USING btree (key) WHERE (sealed <> revision);
CREATE INDEX effects_state_key_idx ON kept_schema.effects USING btree (state, key) WHERE (state = ANY (ARRAY['awaiting_approval'::text, 'ready'::text, 'in_doubt'::text, 'stopped'::text, 'rejected'::text, 'declined'::text, 'cancelled'::text, 'compensating'::text, 'compensated'::text]));
CREATE INDEX workflows_key_idx ON kept_schema.workflows USING btree (key) WHERE (state <> 'running'::text);
CREATE TRIGGER keep_events BEFORE DELETE OR UPDATE OR TRUNCATE ON kept_schema.events FOR EACH STATEMENT EXECUTE FUNCTION kept_schema.keep_events();
