-- The stored bars of a range in one part of the table with the loads that brought them, oldest first, to compare new
-- rows with.
-- qm.p1 bigint instrument; qm.p2 integer interval_s; qm.p3, qm.p4 bigint first and last opening time, both inclusive
-- -> ts timestamptz; open, high, low, close float8; volume float8 (may be null); load_id bigint; place tid
COPY (
    SELECT b.ts, b.open, b.high, b.low, b.close, b.volume, b.load_id, b.ctid
      FROM bar_%part% b
     WHERE b.instrument_id = current_setting('qm.p1')::bigint AND b.interval_s = current_setting('qm.p2')::integer
       AND b.ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint) AND to_timestamp(current_setting('qm.p4')::bigint)
     ORDER BY b.ts
) TO STDOUT (FORMAT binary)
