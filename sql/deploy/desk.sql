-- What people decide about doubtful rows (core/desk.h): what that writes, and
-- functions that do exactly one kind of decision for the console, which writes
-- no bar itself.
BEGIN;

ALTER TABLE quarantine
    -- the row as it came, as far as it could be read; all null for rows that
    -- were kept before these columns
    ADD COLUMN open double precision,
    ADD COLUMN high double precision,
    ADD COLUMN low double precision,
    ADD COLUMN close double precision,
    ADD COLUMN volume double precision,
    -- accepted or corrected: the load that was made for it
    ADD COLUMN decision_load_id bigint,
    -- rejected: whose bar was taken out, and whose came back in its place
    ADD COLUMN taken_load_id bigint,
    ADD COLUMN restored_load_id bigint;
CREATE INDEX quarantine_open_id ON quarantine (id) WHERE state = 'open';
CREATE INDEX quarantine_open_rule ON quarantine (rule, id) WHERE state = 'open';
CREATE INDEX quarantine_decided ON quarantine (instrument_id, interval_s, ts) WHERE state <> 'open';
CREATE INDEX quarantine_decision ON quarantine (decision_load_id) WHERE decision_load_id IS NOT NULL;

ALTER TABLE load DROP CONSTRAINT load_kind_check;
ALTER TABLE load ADD CONSTRAINT load_kind_check CHECK (kind IN ('provider', 'upload', 'derived', 'correction'));

-- Takes out the bar that a load brought for one time; what it had replaced
-- comes back, and whose that was is the result (null: nobody's).
CREATE FUNCTION bar_take_out(instrument bigint, seconds integer, at timestamptz, whose bigint)
RETURNS bigint LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    back bar_history%ROWTYPE;
BEGIN
    WITH gone AS (
        DELETE FROM bar b
         WHERE b.instrument_id = instrument AND b.interval_s = seconds AND b.ts = at AND b.load_id = whose
        RETURNING b.*
    )
    INSERT INTO bar_undone
    SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id,
           (SELECT coalesce(l.stored_at, l.created_at) FROM load l WHERE l.id = whose), now()
      FROM gone g;
    DELETE FROM bar_history h
     WHERE h.instrument_id = instrument AND h.interval_s = seconds AND h.ts = at AND h.replaced_by = whose
    RETURNING h.* INTO back;
    IF FOUND THEN
        INSERT INTO bar VALUES (instrument, seconds, at, back.open, back.high, back.low, back.close, back.volume,
                                back.load_id);
    END IF;
    RETURN back.load_id;
END $$;

-- The other way round: nothing is left of bar_take_out.
CREATE FUNCTION bar_put_back(instrument bigint, seconds integer, at timestamptz, whose bigint)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    l load%ROWTYPE;
BEGIN
    SELECT * INTO STRICT l FROM load WHERE id = whose;
    WITH gone AS (
        DELETE FROM bar b WHERE b.instrument_id = instrument AND b.interval_s = seconds AND b.ts = at
        RETURNING b.*
    )
    INSERT INTO bar_history
    SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id, whose,
           (SELECT coalesce(o.stored_at, o.created_at) FROM load o WHERE o.id = g.load_id),
           coalesce(l.stored_at, l.created_at)
      FROM gone g;
    WITH back AS (
        DELETE FROM bar_undone u
         WHERE u.instrument_id = instrument AND u.interval_s = seconds AND u.ts = at AND u.load_id = whose
        RETURNING u.*
    )
    INSERT INTO bar
    SELECT b.instrument_id, b.interval_s, b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id FROM back b;
END $$;

-- Stores one bar as core/bar.c does: what it replaces goes to bar_history, what
-- is there already is left alone. 'mine': the same load stored another one.
CREATE FUNCTION bar_replace(new bar) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    old bar%ROWTYPE;
BEGIN
    SELECT * INTO old FROM bar b
     WHERE b.instrument_id = new.instrument_id AND b.interval_s = new.interval_s AND b.ts = new.ts;
    IF NOT FOUND THEN
        IF new.interval_s = 60 THEN
            PERFORM bar_partitions_ensure(new.ts, new.ts);
        END IF;
        INSERT INTO bar SELECT new.*;
        RETURN 'new';
    END IF;
    IF (old.open, old.high, old.low, old.close) = (new.open, new.high, new.low, new.close)
       AND old.volume IS NOT DISTINCT FROM new.volume THEN
        RETURN 'same';
    ELSIF old.load_id = new.load_id THEN
        RETURN 'mine';
    END IF;
    INSERT INTO bar_history
    SELECT old.*, new.load_id, (SELECT coalesce(l.stored_at, l.created_at) FROM load l WHERE l.id = old.load_id), now();
    UPDATE bar b
       SET open = new.open, high = new.high, low = new.low, close = new.close, volume = new.volume,
           load_id = new.load_id
     WHERE b.instrument_id = new.instrument_id AND b.interval_s = new.interval_s AND b.ts = new.ts;
    RETURN 'changed';
END $$;

-- A load for what is decided about rows of one series; its counts come last.
CREATE FUNCTION desk_load(q quarantine, request text) RETURNS bigint LANGUAGE sql SET search_path = public, pg_temp AS $$
    INSERT INTO load (instrument_id, interval_s, kind, request, simulated, state, stored_at)
    VALUES (q.instrument_id, q.interval_s, 'correction', request,
            coalesce((SELECT l.simulated FROM load l WHERE l.id = q.load_id), false), 'stored', now())
    RETURNING id
$$;

CREATE FUNCTION desk_load_counts(whose bigint, counts bigint[], first timestamptz, final timestamptz)
RETURNS void LANGUAGE sql SET search_path = public, pg_temp AS $$
    UPDATE load SET rows_new = counts[1], rows_same = counts[2], rows_changed = counts[3], from_ts = first, to_ts = final
     WHERE id = whose
$$;

-- Why the values cannot be stored at the row's time; null: they can.
CREATE FUNCTION desk_unfit(q quarantine, new bar) RETURNS text LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN q.ts IS NULL OR NOT isfinite(q.ts) THEN 'no_time'
        WHEN extract(epoch FROM q.ts)::numeric % q.interval_s <> 0 THEN 'not_aligned'
        WHEN q.interval_s = 60 AND (q.ts < '1970-01-01Z' OR q.ts >= '2101-01-01Z') THEN 'out_of_reach'
        WHEN NOT coalesce(abs(new.open) < 'inf' AND abs(new.high) < 'inf' AND abs(new.low) < 'inf'
                          AND abs(new.close) < 'inf', false)
             OR NOT coalesce(abs(new.volume) < 'inf', true) THEN 'no_price'
    END
$$;

-- Takes the decision about a row back; how that went. Whoever stored a bar for
-- its time since is the OUT parameter `since`.
CREATE FUNCTION desk_reopen(q quarantine, OUT outcome text, OUT since bigint)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    stored bigint := (SELECT b.load_id FROM bar b
                       WHERE b.instrument_id = q.instrument_id AND b.interval_s = q.interval_s AND b.ts = q.ts);
BEGIN
    outcome := 'done';
    IF q.decision_load_id IS NOT NULL THEN
        since := (SELECT h.replaced_by FROM bar_history h
                WHERE h.instrument_id = q.instrument_id AND h.interval_s = q.interval_s AND h.ts = q.ts
                  AND h.load_id = q.decision_load_id);
        IF since IS NOT NULL THEN
            outcome := 'built_on';
            RETURN;
        END IF;
        IF stored = q.decision_load_id THEN
            PERFORM bar_take_out(q.instrument_id, q.interval_s, q.ts, q.decision_load_id);
        END IF;
    ELSIF q.taken_load_id IS NOT NULL THEN
        IF stored IS DISTINCT FROM q.restored_load_id THEN
            outcome := 'built_on';
            since := coalesce(stored, q.restored_load_id);
            RETURN;
        ELSIF NOT EXISTS (SELECT FROM load l WHERE l.id = q.taken_load_id AND l.state = 'stored') THEN
            outcome := 'undone';
            since := q.taken_load_id;
            RETURN;
        END IF;
        PERFORM bar_put_back(q.instrument_id, q.interval_s, q.ts, q.taken_load_id);
    END IF;
END $$;

CREATE FUNCTION desk_bar_json(instrument bigint, seconds integer, at timestamptz)
RETURNS jsonb LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('open', b.open, 'high', b.high, 'low', b.low, 'close', b.close, 'volume', b.volume,
                              'load', b.load_id)
      FROM bar b WHERE b.instrument_id = instrument AND b.interval_s = seconds AND b.ts = at
$$;

-- Takes the bar out that a row doubts, if it is still stored as it came; whose
-- it was, and whose came back.
CREATE FUNCTION desk_reject(q quarantine, OUT taken bigint, OUT restored bigint)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    taken := (SELECT b.load_id FROM bar b
               WHERE q.severity = 'flag' AND b.instrument_id = q.instrument_id AND b.interval_s = q.interval_s
                 AND b.ts = q.ts
                 AND CASE WHEN q.close IS NULL THEN b.load_id = q.load_id
                          ELSE (b.open, b.high, b.low, b.close) = (q.open, q.high, q.low, q.close)
                               AND b.volume IS NOT DISTINCT FROM q.volume END);
    IF taken IS NOT NULL THEN
        restored := bar_take_out(q.instrument_id, q.interval_s, q.ts, taken);
    END IF;
END $$;

-- Decides about rows, each by itself: accept, correct (one row, with open,
-- high, low, close and volume), reject or reopen. Says of each how that went:
--   done          whose bar came (load_id) or was taken out
--   missing       there is no such row (it has no line)
--   decided, open                 its state does not allow it
--   no_time, no_price, not_aligned, out_of_reach   it cannot be stored so
--   twice         another row of its time was stored by the same decision
--   built_on, undone              by load_id, since
CREATE FUNCTION desk_decide(ids bigint[], verdict text, prices double precision[], who text, address text, note text)
RETURNS TABLE (row_id bigint, instrument_id bigint, outcome text, load_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    q      quarantine%ROWTYPE;
    last   quarantine%ROWTYPE;                -- the row before
    bars   double precision[];                -- what is to be stored
    new    bar%ROWTYPE;
    made   bigint;                            -- the load of this series
    counts bigint[] := '{0,0,0}';             -- its rows: new, same, changed
    first  timestamptz;
    final  timestamptz;
    loads  bigint[] := '{}';                  -- of the decisions that were taken back
    before jsonb;
    after  jsonb;
    words  text := CASE cardinality(ids) WHEN 1 THEN format('decision on quarantine row %s by %s', ids[1], who)
                   ELSE format('decision on %s quarantine rows by %s', cardinality(ids), who) END;
BEGIN
    IF verdict NOT IN ('accept', 'correct', 'reject', 'reopen') OR verdict = 'correct' AND cardinality(ids) <> 1 THEN
        RAISE EXCEPTION 'no such decision: %', verdict USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- as everybody who stores bars, in one order; before the rows of quarantine
    PERFORM pg_advisory_xact_lock(hashtextextended('bar', i.instrument_id))
       FROM (SELECT DISTINCT x.instrument_id FROM quarantine x WHERE x.id = ANY (ids) ORDER BY 1) i;
    FOR q IN SELECT * FROM quarantine x WHERE x.id = ANY (ids)
              ORDER BY x.instrument_id, x.interval_s, x.ts, x.id FOR UPDATE
    LOOP
        IF (q.instrument_id, q.interval_s) IS DISTINCT FROM (last.instrument_id, last.interval_s) THEN
            PERFORM desk_load_counts(made, counts, first, final);
            made := NULL;
            counts := '{0,0,0}';
        END IF;
        last := q;
        row_id := q.id;
        instrument_id := q.instrument_id;
        outcome := 'done';
        load_id := NULL;
        before := jsonb_build_object('state', q.state, 'bar', desk_bar_json(q.instrument_id, q.interval_s, q.ts));
        IF (q.state = 'open') = (verdict = 'reopen') THEN
            outcome := CASE verdict WHEN 'reopen' THEN 'open' ELSE 'decided' END;
        ELSIF verdict = 'correct' OR verdict = 'accept' AND q.severity = 'refuse' THEN
            bars := CASE verdict WHEN 'correct' THEN prices ELSE ARRAY[q.open, q.high, q.low, q.close, q.volume] END;
            new := (q.instrument_id, q.interval_s, q.ts, bars[1], bars[2], bars[3], bars[4], bars[5], made);
            outcome := coalesce(desk_unfit(q, new), 'done');
            IF outcome = 'done' THEN
                IF made IS NULL THEN
                    made := desk_load(q, words);
                    first := q.ts;
                END IF;
                new.load_id := made;
                load_id := made;
                final := q.ts;
                CASE bar_replace(new)
                    WHEN 'new' THEN counts[1] := counts[1] + 1;
                    WHEN 'same' THEN counts[2] := counts[2] + 1;
                    WHEN 'changed' THEN counts[3] := counts[3] + 1;
                    ELSE outcome := 'twice';
                END CASE;
            END IF;
        ELSIF verdict = 'reject' THEN
            SELECT r.taken, r.restored INTO q.taken_load_id, q.restored_load_id FROM desk_reject(q) r;
            load_id := q.taken_load_id;
        ELSIF verdict = 'reopen' THEN
            SELECT r.outcome, r.since INTO outcome, load_id FROM desk_reopen(q) r;
            q.taken_load_id := NULL;
            q.restored_load_id := NULL;
            IF outcome = 'done' AND q.decision_load_id <> ALL (loads) THEN
                loads := loads || q.decision_load_id;
            END IF;
        END IF;
        IF outcome = 'done' THEN
            UPDATE quarantine x
               SET state = CASE verdict WHEN 'accept' THEN 'accepted' WHEN 'correct' THEN 'corrected'
                                        WHEN 'reject' THEN 'rejected' ELSE 'open' END,
                   decided_by = CASE verdict WHEN 'reopen' THEN NULL ELSE who END,
                   decided_at = CASE verdict WHEN 'reopen' THEN NULL ELSE now() END,
                   note = CASE verdict WHEN 'reopen' THEN NULL ELSE nullif(desk_decide.note, '') END,
                   decision_load_id = CASE WHEN verdict IN ('accept', 'correct') THEN desk_decide.load_id END,
                   taken_load_id = q.taken_load_id, restored_load_id = q.restored_load_id
             WHERE x.id = q.id
            RETURNING jsonb_build_object('state', x.state, 'bar', desk_bar_json(x.instrument_id, x.interval_s, x.ts),
                                         'load', x.decision_load_id, 'note', nullif(desk_decide.note, '')) INTO after;
            INSERT INTO audit_log (who, action, object, before, after, address)
            VALUES (who, 'quarantine.' || verdict, 'quarantine ' || q.id, before, jsonb_strip_nulls(after), address);
            IF before -> 'bar' IS DISTINCT FROM after -> 'bar' THEN
                INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts, load_id)
                VALUES (q.instrument_id, q.interval_s, q.ts, q.ts, load_id);
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
    PERFORM desk_load_counts(made, counts, first, final);
    UPDATE load l SET state = 'undone'
     WHERE l.id = ANY (loads) AND NOT EXISTS (SELECT FROM quarantine x WHERE x.decision_load_id = l.id);
END $$;

-- Rows of quarantine by a filter, of which a NULL part does not filter: newest
-- first, or with `after` the next newer ones, oldest first. Put together for
-- what is asked, so that each filter is planned by itself.
CREATE FUNCTION desk_find(state text, symbol text, rule text, severity text, from_ts timestamptz, to_ts timestamptz,
                          of_load bigint, before bigint, after bigint, most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE 'SELECT q.id FROM quarantine q WHERE true'
        || CASE WHEN state IS NOT NULL THEN ' AND q.state = $1' ELSE '' END
        || CASE WHEN symbol IS NOT NULL THEN
               ' AND q.instrument_id = (SELECT i.id FROM instrument i WHERE lower(i.symbol) = lower($2))' ELSE '' END
        || CASE WHEN rule IS NOT NULL THEN ' AND q.rule = $3' ELSE '' END
        || CASE WHEN severity IS NOT NULL THEN ' AND q.severity = $4' ELSE '' END
        || CASE WHEN from_ts IS NOT NULL THEN ' AND q.ts >= $5' ELSE '' END
        || CASE WHEN to_ts IS NOT NULL THEN ' AND q.ts < $6' ELSE '' END
        || CASE WHEN of_load IS NOT NULL THEN ' AND (q.load_id = $7 OR q.decision_load_id = $7)' ELSE '' END
        || CASE WHEN before IS NOT NULL THEN ' AND q.id < $8' ELSE '' END
        || CASE WHEN after IS NOT NULL THEN ' AND q.id > $9 ORDER BY q.id' ELSE ' ORDER BY q.id DESC' END
        || ' LIMIT $10'
        USING state, symbol, rule, severity, from_ts, to_ts, of_load, before, after, most;
END $$;

-- A correction whose load was undone is no decision any more.
CREATE FUNCTION quarantine_undone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE quarantine
       SET state = 'open', decided_by = NULL, decided_at = NULL, note = NULL, decision_load_id = NULL
     WHERE decision_load_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER quarantine_undone AFTER UPDATE OF state ON load
    FOR EACH ROW WHEN (NEW.kind = 'correction' AND NEW.state = 'undone') EXECUTE FUNCTION quarantine_undone();

REVOKE EXECUTE ON FUNCTION bar_take_out, bar_put_back, bar_replace, desk_load, desk_load_counts, desk_unfit,
    desk_reject, desk_reopen, desk_bar_json, desk_decide, desk_find,
    quarantine_undone FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_decide, desk_find TO quotemill_console;

COMMIT;
