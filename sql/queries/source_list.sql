-- Active instruments by symbol with their newest bar and what their calendar says.
-- $1 text only symbols after this one; $2 integer limit
-- -> symbol, title, kind, currency, calendar_title, time_zone, holiday_rule text, weekdays integer,
--    late_after_s, stale_after_s bigint, interval_s integer,
--    last_ts bigint (null: no bar), close double precision
SELECT i.symbol, i.title, i.kind, i.currency, c.title AS calendar_title, c.time_zone, c.holiday_rule,
       c.weekdays, extract(epoch FROM c.late_after)::bigint AS late_after_s,
       extract(epoch FROM c.stale_after)::bigint AS stale_after_s, i.interval_s,
       extract(epoch FROM b.ts)::bigint AS last_ts, b.close
  FROM instrument i
  JOIN calendar c ON c.name = i.calendar
  LEFT JOIN LATERAL (SELECT ts, close FROM bar WHERE instrument_id = i.id AND interval_s = i.interval_s
                      ORDER BY ts DESC LIMIT 1) b ON true
 WHERE i.active AND lower(i.symbol) > lower($1::text)
 ORDER BY lower(i.symbol)
 LIMIT $2::integer;
