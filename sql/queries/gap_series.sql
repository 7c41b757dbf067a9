-- Instruments by symbol with each interval that somebody brought bars of (or the one asked for), and what is stored of
-- it. An instrument without bars has one row without interval.
-- $1 bigint[] instruments, NULL: all active; $2 integer interval_s, NULL: as above
-- $3 text only symbols after this one; $4 integer limit of instruments
-- -> instrument_id bigint, symbol, title, calendar text, interval_s integer, first_ts, last_ts bigint
SELECT i.id AS instrument_id, i.symbol, i.title, i.calendar, s.interval_s, s.first_ts, s.last_ts
  FROM (SELECT * FROM instrument
         WHERE CASE WHEN $1::bigint[] IS NULL THEN active ELSE id = ANY ($1::bigint[]) END
           AND lower(symbol) > lower($3::text)
         ORDER BY lower(symbol) LIMIT $4::integer) i
  LEFT JOIN LATERAL (
       SELECT v.interval_s, extract(epoch FROM first.ts)::bigint AS first_ts,
              extract(epoch FROM last.ts)::bigint AS last_ts
         FROM unnest('{60,300,900,3600,14400,86400}'::integer[]) AS v (interval_s)
        CROSS JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = v.interval_s
                             ORDER BY ts LIMIT 1) first
        CROSS JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = v.interval_s
                             ORDER BY ts DESC LIMIT 1) last
        WHERE CASE WHEN $2::integer IS NOT NULL THEN v.interval_s = $2::integer
                   ELSE EXISTS (SELECT FROM load
                                 WHERE instrument_id = i.id AND interval_s = v.interval_s AND kind NOT IN ('derived', 'check')
                                   AND state = 'stored') END) s ON true
 ORDER BY lower(i.symbol), s.interval_s
