-- What came and what is doubted, by day; days of nothing are left out.
-- $1 bigint instrument; $2 integer interval_s; $3, $4 bigint first and last day; then an array with one element for
-- each of these days: $5 bigint[] opening time of the first expected bar, $6 bigint[] of the last (null: none);
-- $7 double precision fraction that another provider's close may differ by (null: any)
-- -> day_ts, stored, present, refused, flagged, compared, agreed bigint
WITH bounds AS MATERIALIZED (
    SELECT to_timestamp($3::bigint) AS from_ts, to_timestamp($4::bigint) + interval '1 day' AS until_ts
), day AS MATERIALIZED (
    SELECT to_timestamp($3::bigint + (position - 1) * 86400) AS ts, to_timestamp(d.first) AS first,
           to_timestamp(d.last) AS last
      FROM unnest($5::bigint[], $6::bigint[]) WITH ORDINALITY AS d (first, last, position)
), came AS ( -- day by day down the index: looking up each bar's day takes 3.5 times as long
    SELECT day.ts, c.stored, c.present
      FROM day
     CROSS JOIN LATERAL (
           SELECT count(*) AS stored, count(*) FILTER (WHERE b.ts BETWEEN day.first AND day.last) AS present
             FROM bar b
            WHERE b.instrument_id = $1::bigint AND b.interval_s = $2::integer AND b.ts >= day.ts
              AND b.ts < day.ts + interval '1 day') AS c
     WHERE c.stored > 0
), doubted AS (
    SELECT date_bin('1 day', q.ts, '0001-01-01Z') AS ts,
           count(DISTINCT q.ts) FILTER (WHERE q.severity = 'refuse') AS refused,
           count(DISTINCT q.ts) FILTER (WHERE q.severity = 'flag' AND q.rule <> 'agreement' AND EXISTS (
               SELECT FROM bar WHERE instrument_id = $1::bigint AND interval_s = $2::integer AND ts = q.ts)) AS flagged
      FROM bounds, quarantine q
     WHERE q.instrument_id = $1::bigint AND q.interval_s = $2::integer AND q.state = 'open'
       AND coalesce(q.ts, '-infinity') >= bounds.from_ts AND coalesce(q.ts, '-infinity') < bounds.until_ts
     GROUP BY 1
), checked AS (
    SELECT date_bin('1 day', x.ts, '0001-01-01Z') AS ts, count(*) AS compared,
           count(*) FILTER (WHERE x.agrees OR EXISTS (
               SELECT FROM quarantine WHERE instrument_id = $1::bigint AND interval_s = $2::integer AND ts = x.ts
                  AND rule = 'agreement' AND state = 'accepted')) AS agreed
      FROM (SELECT c.ts, bool_and($7::float8 IS NULL
                                  OR abs(b.close - c.close) <= $7::float8 * abs(c.close)) AS agrees
              FROM bounds, bar_check c
              JOIN bar b ON b.instrument_id = c.instrument_id AND b.interval_s = c.interval_s AND b.ts = c.ts
             WHERE c.instrument_id = $1::bigint AND c.interval_s = $2::integer AND c.ts >= bounds.from_ts
               AND c.ts < bounds.until_ts
             GROUP BY 1) x
     GROUP BY 1
)
SELECT extract(epoch FROM ts)::bigint AS day_ts, coalesce(stored, 0) AS stored, coalesce(present, 0) AS present,
       coalesce(refused, 0) AS refused, coalesce(flagged, 0) AS flagged, coalesce(compared, 0) AS compared,
       coalesce(agreed, 0) AS agreed
  FROM came FULL JOIN doubted USING (ts) FULL JOIN checked USING (ts)
 ORDER BY 1
