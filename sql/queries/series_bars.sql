-- Bars of one instrument that open in a range, oldest first, and which of the newest were built of shorter ones.
-- qm.p1 bigint instrument; qm.p2 integer interval_s; qm.p3, qm.p4 bigint first and last opening time, both inclusive;
-- qm.p5 bigint from when on to tell what was built
-- -> ts timestamptz; open, high, low, close float8; volume float8 (may be null); built boolean (null: not told)
COPY (
    SELECT b.ts, b.open, b.high, b.low, b.close, b.volume,
           CASE WHEN b.ts >= to_timestamp(current_setting('qm.p5')::bigint)
                THEN (SELECT l.kind = 'derived' FROM load l WHERE l.id = b.load_id) END AS built
      FROM bar b
     WHERE b.instrument_id = current_setting('qm.p1')::bigint AND b.interval_s = current_setting('qm.p2')::integer
       AND b.ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint) AND to_timestamp(current_setting('qm.p4')::bigint)
     ORDER BY b.ts
) TO STDOUT (FORMAT binary)
