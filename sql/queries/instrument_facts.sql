-- One instrument, any case, retired ones too, with its newest two bars and what its calendar says.
-- $1 text symbol
-- -> id bigint, symbol, title, kind, currency, calendar, calendar_title, time_zone, holiday_rule text, weekdays integer,
--    late_after_s, stale_after_s bigint, interval_s integer, price_min, price_max, jump_frac double precision,
--    active boolean, last_ts bigint, close double precision, before_ts bigint, before_close double precision
SELECT i.id, i.symbol, i.title, i.kind, i.currency, i.calendar, c.title AS calendar_title, c.time_zone, c.holiday_rule,
       c.weekdays, extract(epoch FROM c.late_after)::bigint AS late_after_s,
       extract(epoch FROM c.stale_after)::bigint AS stale_after_s, i.interval_s, i.price_min, i.price_max, i.jump_frac,
       i.active, extract(epoch FROM b.ts)::bigint AS last_ts, b.close,
       extract(epoch FROM p.ts)::bigint AS before_ts, p.close AS before_close
  FROM instrument i
  JOIN calendar c ON c.name = i.calendar
  LEFT JOIN LATERAL (SELECT ts, close FROM bar WHERE instrument_id = i.id AND interval_s = i.interval_s
                      ORDER BY ts DESC LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT ts, close FROM bar WHERE instrument_id = i.id AND interval_s = i.interval_s
                      ORDER BY ts DESC OFFSET 1 LIMIT 1) p ON true
 WHERE lower(i.symbol) = lower($1::text)
