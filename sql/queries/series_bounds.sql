-- Which bars of a range a page holds: so many of the oldest or of the newest.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive;
-- $5 bigint most bars; $6 boolean of the newest
-- -> n bigint; first_ts, last_ts bigint (null: none)
SELECT count(*) AS n, extract(epoch FROM min(ts))::bigint AS first_ts, extract(epoch FROM max(ts))::bigint AS last_ts
  FROM ((SELECT ts FROM bar
          WHERE instrument_id = $1::bigint AND interval_s = $2::integer
            AND ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint) AND NOT $6::boolean
          ORDER BY ts LIMIT $5::bigint)
        UNION ALL
        (SELECT ts FROM bar
          WHERE instrument_id = $1::bigint AND interval_s = $2::integer
            AND ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint) AND $6::boolean
          ORDER BY ts DESC LIMIT $5::bigint)) b
