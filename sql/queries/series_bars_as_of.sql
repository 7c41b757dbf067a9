-- Bars of one instrument that open in a range, as they were believed at a moment, oldest first. A bar's beliefs are a
-- stack: of those that held then the newest counts. What was restored by an undo holds since its own load was stored,
-- but while it was replaced the replacement, now in bar_undone, is the newer one. What a decision took out and another
-- put back has a row in bar_between for the time in between, without prices where there was no bar.
-- qm.p1 bigint instrument; qm.p2 integer interval_s; qm.p3, qm.p4 bigint first and last opening time, both inclusive;
-- qm.p5 bigint from when on to tell what was built; qm.p6 timestamptz the moment
-- -> ts timestamptz; open, high, low, close float8; volume float8 (may be null); built boolean (null: not told)
COPY (
    SELECT x.ts, x.open, x.high, x.low, x.close, x.volume,
           CASE WHEN x.ts >= to_timestamp(current_setting('qm.p5')::bigint)
                THEN (SELECT l.kind = 'derived' FROM load l WHERE l.id = x.load_id) END AS built
      FROM (SELECT DISTINCT ON (ts) *
              FROM (SELECT b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id,
                           coalesce(l.stored_at, l.created_at, '-infinity') AS since
                      FROM bar b LEFT JOIN load l ON l.id = b.load_id
                     WHERE b.instrument_id = current_setting('qm.p1')::bigint
                       AND b.interval_s = current_setting('qm.p2')::integer
                       AND b.ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint)
                                    AND to_timestamp(current_setting('qm.p4')::bigint)
                       AND coalesce(l.stored_at, l.created_at, '-infinity')
                           <= current_setting('qm.p6')::timestamptz
                    UNION ALL
                    SELECT h.ts, h.open, h.high, h.low, h.close, h.volume, h.load_id, h.believed_from
                      FROM bar_history h
                     WHERE h.instrument_id = current_setting('qm.p1')::bigint
                       AND h.interval_s = current_setting('qm.p2')::integer
                       AND h.ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint)
                                    AND to_timestamp(current_setting('qm.p4')::bigint)
                       AND h.believed_from <= current_setting('qm.p6')::timestamptz
                       AND h.believed_to > current_setting('qm.p6')::timestamptz
                    UNION ALL
                    SELECT u.ts, u.open, u.high, u.low, u.close, u.volume, u.load_id, u.believed_from
                      FROM bar_undone u
                     WHERE u.instrument_id = current_setting('qm.p1')::bigint
                       AND u.interval_s = current_setting('qm.p2')::integer
                       AND u.ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint)
                                    AND to_timestamp(current_setting('qm.p4')::bigint)
                       AND u.believed_from <= current_setting('qm.p6')::timestamptz
                       AND u.believed_to > current_setting('qm.p6')::timestamptz
                    UNION ALL
                    SELECT w.ts, w.open, w.high, w.low, w.close, w.volume, w.load_id, w.believed_from
                      FROM bar_between w
                     WHERE w.instrument_id = current_setting('qm.p1')::bigint
                       AND w.interval_s = current_setting('qm.p2')::integer
                       AND w.ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint)
                                    AND to_timestamp(current_setting('qm.p4')::bigint)
                       AND w.believed_from <= current_setting('qm.p6')::timestamptz
                       AND w.believed_to > current_setting('qm.p6')::timestamptz) believed
             ORDER BY ts, since DESC, load_id DESC) x
     WHERE x.close IS NOT NULL
     ORDER BY x.ts
) TO STDOUT (FORMAT binary)
