-- The opening time of the n-th bar before a time, for who looks back on as many.
-- $1 bigint instrument; $2 integer interval_s; $3 bigint time, exclusive; $4 bigint n, 1 for the newest before
-- -> ts bigint; no row where fewer are stored
SELECT extract(epoch FROM b.ts)::bigint AS ts
  FROM bar b
 WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts < to_timestamp($3::bigint)
 ORDER BY b.ts DESC OFFSET $4::bigint - 1 LIMIT 1
