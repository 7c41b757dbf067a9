-- Active instruments by symbol with their newest bar, what their calendar says, how many bars there are and who can
-- answer for them.
-- $1 text only symbols after this one; $2 integer limit; $3 integer bars to count at most; $4 bigint the day since when the
--    quality is looked at
-- -> symbol, title, kind, currency, calendar_title, time_zone, holiday_rule text, weekdays integer,
--    late_after_s, stale_after_s bigint, interval_s integer,
--    last_ts bigint (null: no bar), close double precision, n_bars bigint,
--    listings text ("binance (BTCUSDT), yahoo (BTC-USD)", in the order in which they are asked; null: none),
--    worst_score double precision, worst_ts bigint (the day with the lowest quality; null: none is known)
SELECT i.symbol, i.title, i.kind, i.currency, c.title AS calendar_title, c.time_zone, c.holiday_rule,
       c.weekdays, extract(epoch FROM c.late_after)::bigint AS late_after_s,
       extract(epoch FROM c.stale_after)::bigint AS stale_after_s, i.interval_s,
       extract(epoch FROM b.ts)::bigint AS last_ts, b.close, n.n_bars,
       (SELECT string_agg(l.provider || ' (' || l.provider_symbol || ')', ', ' ORDER BY l.priority, l.id)
          FROM listing l JOIN provider p ON p.name = l.provider
         WHERE l.instrument_id = i.id AND l.enabled AND p.enabled) AS listings,
       q.score AS worst_score, extract(epoch FROM q.ts)::bigint AS worst_ts
  FROM instrument i
  JOIN calendar c ON c.name = i.calendar
  LEFT JOIN LATERAL (SELECT ts, close FROM bar WHERE instrument_id = i.id AND interval_s = i.interval_s
                      ORDER BY ts DESC LIMIT 1) b ON true
 CROSS JOIN LATERAL (SELECT count(*) AS n_bars
                       FROM (SELECT FROM bar WHERE instrument_id = i.id AND interval_s = i.interval_s
                              LIMIT $3::integer) few) n
  LEFT JOIN LATERAL (SELECT score, ts FROM quality WHERE instrument_id = i.id AND interval_s = i.interval_s
                        AND ts > to_timestamp($4::bigint)
                      ORDER BY score, ts DESC LIMIT 1) q ON true
 WHERE i.active AND lower(i.symbol) > lower($1::text)
 ORDER BY lower(i.symbol)
 LIMIT $2::integer;
