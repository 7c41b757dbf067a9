-- The newest bar that opens before a time.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint time, exclusive (null: the newest of all)
-- -> ts bigint, close float8; no row when there is none
SELECT extract(epoch FROM ts)::bigint AS ts, close
  FROM bar
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
   AND ts < coalesce(to_timestamp($3::bigint), 'infinity')
 ORDER BY ts DESC LIMIT 1
