-- Instruments with a day below a score among the newest three, of the last ten days, that there is one of.
-- $1 text this symbol only (NULL: any); $2 float8 score; $3 bigint now
-- -> symbol text, score float8, day_ts bigint
SELECT i.symbol, q.score, extract(epoch FROM q.ts)::bigint AS day_ts
  FROM instrument i
 CROSS JOIN LATERAL (
       SELECT ts, score
         FROM (SELECT ts, score FROM quality
                WHERE instrument_id = i.id AND interval_s = i.interval_s
                  AND ts BETWEEN to_timestamp($3::bigint) - interval '10 days' AND to_timestamp($3::bigint)
                ORDER BY ts DESC LIMIT 3) newest
        ORDER BY score, ts DESC LIMIT 1) q
 WHERE i.active AND ($1::text IS NULL OR lower(i.symbol) = lower($1::text)) AND q.score < $2::float8
 ORDER BY i.symbol
