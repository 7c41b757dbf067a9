-- Which bars of a range, as they were believed at a moment, a page holds: so many of the oldest or of the newest.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last opening time, both inclusive;
-- $5 bigint most bars; $6 boolean of the newest; $7 timestamptz the moment
-- -> n bigint; first_ts, last_ts bigint (null: none)
WITH hidden AS MATERIALIZED ( -- no bar was believed there from then on
    SELECT ts, believed_from FROM bar_between
     WHERE instrument_id = $1::bigint AND interval_s = $2::integer
       AND ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
       AND believed_from <= $7::timestamptz AND believed_to > $7::timestamptz AND close IS NULL
)
SELECT count(*) AS n, extract(epoch FROM min(ts))::bigint AS first_ts, extract(epoch FROM max(ts))::bigint AS last_ts
  FROM (SELECT ts
          FROM ((SELECT b.ts FROM bar b LEFT JOIN load l ON l.id = b.load_id
                  WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
                    AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint) AND NOT $6::boolean
                    AND coalesce(l.stored_at, l.created_at, '-infinity') <= $7::timestamptz
                    AND NOT EXISTS (SELECT FROM hidden w WHERE w.ts = b.ts AND w.believed_from
                                        > coalesce(l.stored_at, l.created_at, '-infinity'))
                  ORDER BY b.ts LIMIT $5::bigint)
                UNION ALL
                (SELECT b.ts FROM bar b LEFT JOIN load l ON l.id = b.load_id
                  WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer
                    AND b.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint) AND $6::boolean
                    AND coalesce(l.stored_at, l.created_at, '-infinity') <= $7::timestamptz
                    AND NOT EXISTS (SELECT FROM hidden w WHERE w.ts = b.ts AND w.believed_from
                                        > coalesce(l.stored_at, l.created_at, '-infinity'))
                  ORDER BY b.ts DESC LIMIT $5::bigint)
                UNION ALL
                SELECT h.ts FROM bar_history h
                 WHERE h.instrument_id = $1::bigint AND h.interval_s = $2::integer
                   AND h.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
                   AND h.believed_from <= $7::timestamptz AND h.believed_to > $7::timestamptz
                   AND NOT EXISTS (SELECT FROM hidden w WHERE w.ts = h.ts AND w.believed_from > h.believed_from)
                UNION ALL
                SELECT u.ts FROM bar_undone u
                 WHERE u.instrument_id = $1::bigint AND u.interval_s = $2::integer
                   AND u.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
                   AND u.believed_from <= $7::timestamptz AND u.believed_to > $7::timestamptz
                   AND NOT EXISTS (SELECT FROM hidden w WHERE w.ts = u.ts AND w.believed_from > u.believed_from)) believed
         GROUP BY ts
         ORDER BY CASE WHEN $6::boolean THEN -extract(epoch FROM ts) ELSE extract(epoch FROM ts) END
         LIMIT $5::bigint) page
