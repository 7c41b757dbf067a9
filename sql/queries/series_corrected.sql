-- Bars of a range in whose place another one stood before. A bar built of shorter ones that only grew is not one.
-- The rows of history are read once and each looks its bar up by its key, whatever statistics say.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive;
-- $5 timestamptz replaced until when
-- -> ts bigint, oldest first
WITH old AS MATERIALIZED (
    SELECT h.* FROM bar_history h
     WHERE h.instrument_id = $1::bigint AND h.interval_s = $2::integer
       AND h.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint) AND h.believed_to <= $5::timestamptz
)
SELECT DISTINCT extract(epoch FROM h.ts)::bigint AS ts
  FROM old h
 CROSS JOIN LATERAL (SELECT b.open, b.high, b.low, b.volume, b.load_id FROM bar b
                      WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts = h.ts OFFSET 0) b
 CROSS JOIN LATERAL (SELECT l.kind FROM load l WHERE l.id = b.load_id OFFSET 0) l
 WHERE NOT (l.kind = 'derived' AND b.open = h.open AND b.high >= h.high AND b.low <= h.low
            AND coalesce(b.volume >= h.volume, true))
 ORDER BY ts
