-- The newest bar.
-- $1 bigint instrument; $2 integer interval_s
-- -> ts bigint; no row when there is none
SELECT extract(epoch FROM b.ts)::bigint AS ts
  FROM bar b
 WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
 ORDER BY b.ts DESC LIMIT 1
