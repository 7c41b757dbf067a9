-- The first and the last stored bar inside a range.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive
-- -> first_ts, last_ts bigint (null: none)
SELECT extract(epoch FROM min(ts))::bigint AS first_ts, extract(epoch FROM max(ts))::bigint AS last_ts
  FROM bar
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
   AND ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
