-- The intervals that an instrument has bars of, from the shortest.
-- $1 text symbol, any case
-- -> interval_s integer, first_ts, last_ts bigint
SELECT s.interval_s, extract(epoch FROM f.ts)::bigint AS first_ts, extract(epoch FROM l.ts)::bigint AS last_ts
  FROM instrument i
 CROSS JOIN unnest(ARRAY[60, 300, 900, 3600, 14400, 86400]) AS s (interval_s)
 CROSS JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = s.interval_s
                      ORDER BY ts LIMIT 1) f
 CROSS JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = s.interval_s
                      ORDER BY ts DESC LIMIT 1) l
 WHERE lower(i.symbol) = lower($1::text)
 ORDER BY s.interval_s
