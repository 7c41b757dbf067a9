BEGIN;
REVOKE INSERT ON bar_undone FROM quotemill_worker;
DROP TABLE milled, mill_state, bar_dirty, feature, indicator;
CREATE OR REPLACE FUNCTION load_undo(load_id bigint, OUT removed bigint, OUT restored bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    l load%ROWTYPE;
    first timestamptz;
    last  timestamptz;
BEGIN
    SELECT * INTO STRICT l FROM load WHERE id = load_undo.load_id FOR UPDATE;
    PERFORM pg_advisory_xact_lock(hashtextextended('bar', l.instrument_id));
    -- what an upload says of its rows is exact
    first := CASE l.kind WHEN 'upload' THEN coalesce(l.from_ts, 'infinity') ELSE '-infinity' END;
    last := CASE l.kind WHEN 'upload' THEN coalesce(l.to_ts, '-infinity') ELSE 'infinity' END;
    IF l.state <> 'stored' OR EXISTS (
        SELECT FROM bar_history h
         WHERE h.instrument_id = l.instrument_id AND h.interval_s = l.interval_s AND h.ts BETWEEN first AND last
           AND h.load_id = l.id) THEN
        RAISE EXCEPTION 'load % cannot be undone now', l.id USING ERRCODE = 'exclusion_violation';
    END IF;
    WITH gone AS (
        DELETE FROM bar b
         WHERE b.instrument_id = l.instrument_id AND b.interval_s = l.interval_s AND b.ts BETWEEN first AND last
           AND b.load_id = l.id
        RETURNING b.*
    )
    INSERT INTO bar_undone
    SELECT g.instrument_id, g.interval_s, g.ts, g.open, g.high, g.low, g.close, g.volume, g.load_id,
           l.stored_at, now()
      FROM gone g;
    GET DIAGNOSTICS removed = ROW_COUNT;
    WITH back AS (
        DELETE FROM bar_history h
         WHERE h.replaced_by = l.id AND h.instrument_id = l.instrument_id AND h.interval_s = l.interval_s
        RETURNING h.*
    )
    INSERT INTO bar
    SELECT b.instrument_id, b.interval_s, b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id FROM back b;
    GET DIAGNOSTICS restored = ROW_COUNT;
    removed := removed - restored;
    UPDATE load SET state = 'undone' WHERE id = l.id;
END $$;
COMMIT;
