-- The newest bars that open before a time, newest first.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint time, exclusive; $4 bigint how many
-- -> close, volume double precision (volume may be null)
SELECT b.close, b.volume
  FROM bar b
 WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts < to_timestamp($3::bigint)
 ORDER BY b.ts DESC LIMIT $4::bigint
