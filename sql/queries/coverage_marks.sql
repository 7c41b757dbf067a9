-- Days on which stored bars were replaced by a later load, or rows wait in quarantine.
-- $1 bigint[] instruments; $2 integer[] interval_s; $3, $4 bigint first and last time
-- -> i bigint (place in the arrays, from 1), day_ts, corrected, quarantined bigint, in order
WITH s AS (
    SELECT * FROM unnest($1::bigint[], $2::integer[]) WITH ORDINALITY AS s (instrument_id, interval_s, i)
), marks AS (
    SELECT s.i, h.ts, true AS is_correction
      FROM bar_history h
      JOIN s ON s.instrument_id = h.instrument_id AND s.interval_s = h.interval_s
      JOIN load l ON l.id = h.load_id AND l.kind <> 'derived'
     WHERE h.instrument_id = ANY ($1::bigint[]) AND h.ts BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
    UNION ALL
    SELECT s.i, q.ts, q.state = 'corrected'
      FROM quarantine q
      JOIN s ON s.instrument_id = q.instrument_id AND s.interval_s = q.interval_s
     WHERE q.instrument_id = ANY ($1::bigint[]) AND q.state IN ('open', 'corrected')
       AND coalesce(q.ts, '-infinity') BETWEEN to_timestamp($3::bigint) AND to_timestamp($4::bigint)
)
SELECT i, (floor(extract(epoch FROM ts) / 86400) * 86400)::bigint AS day_ts,
       count(DISTINCT ts) FILTER (WHERE is_correction) AS corrected,
       count(DISTINCT ts) FILTER (WHERE NOT is_correction) AS quarantined
  FROM marks
 GROUP BY 1, 2
 ORDER BY 1, 2
