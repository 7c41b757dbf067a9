-- The first and the last stored bar inside a range; each by one step down the index.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive
-- -> first_ts, last_ts bigint (null: none)
SELECT (SELECT extract(epoch FROM b.ts)::bigint
          FROM bar b
         WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
           AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
         ORDER BY b.ts LIMIT 1) AS first_ts,
       (SELECT extract(epoch FROM b.ts)::bigint
          FROM bar b
         WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
           AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
         ORDER BY b.ts DESC LIMIT 1) AS last_ts
