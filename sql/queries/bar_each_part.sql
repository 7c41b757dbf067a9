-- Bars of one instrument that open in a range, in one part of the table, oldest first.
-- qm.p1 bigint instrument; qm.p2 integer interval_s; qm.p3, qm.p4 bigint first and last opening time, both inclusive;
-- qm.p5 bigint most rows
-- -> ts timestamptz; open, high, low, close float8; volume float8 (may be null)
COPY (
    SELECT ts, open, high, low, close, volume
      FROM bar_%part%
     WHERE instrument_id = current_setting('qm.p1')::bigint AND interval_s = current_setting('qm.p2')::integer
       AND ts BETWEEN to_timestamp(current_setting('qm.p3')::bigint) AND to_timestamp(current_setting('qm.p4')::bigint)
     ORDER BY ts
     LIMIT current_setting('qm.p5')::bigint
) TO STDOUT (FORMAT binary)
