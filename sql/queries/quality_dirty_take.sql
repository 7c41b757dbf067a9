-- Takes the days to be made anew, as ranges of whole days that do not touch.
-- $1 bigint instrument; $2 integer interval_s
-- -> from_ts, to_ts bigint: the first and the last day
WITH taken AS (
    DELETE FROM quality_dirty WHERE instrument_id = $1::bigint AND interval_s = $2::integer RETURNING from_ts, to_ts
), days AS (
    SELECT unnest(range_agg(tstzrange(date_bin('1 day', from_ts, '0001-01-01Z'),
                                      date_bin('1 day', to_ts, '0001-01-01Z') + interval '1 day'))) AS r
      FROM taken WHERE isfinite(from_ts) AND isfinite(to_ts)
)
SELECT extract(epoch FROM lower(r))::bigint AS from_ts, extract(epoch FROM upper(r))::bigint - 86400 AS to_ts
  FROM days ORDER BY 1
