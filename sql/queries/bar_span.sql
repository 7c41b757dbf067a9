-- How many bars of one instrument are stored, and from when to when.
-- $1 bigint instrument; $2 integer interval_s
-- -> n bigint; first_ts, last_ts bigint (null: none)
SELECT count(*) AS n, extract(epoch FROM min(ts))::bigint AS first_ts, extract(epoch FROM max(ts))::bigint AS last_ts
  FROM bar
 WHERE instrument_id = $1::bigint AND interval_s = $2::integer
