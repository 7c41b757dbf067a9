-- The newest bar that opens before a time.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint time, exclusive (null: the newest of all)
-- -> ts bigint, close float8; no row when there is none
SELECT extract(epoch FROM b.ts)::bigint AS ts, b.close
  FROM bar b
 WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
   AND b.ts < coalesce(to_timestamp($3::bigint), 'infinity')
 ORDER BY b.ts DESC LIMIT 1
