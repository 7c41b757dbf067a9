-- Instruments by symbol, with what is stored of each at its own interval.
-- $1 boolean retired ones too; $2 text one symbol only (any case), or NULL
-- -> id bigint, symbol, title, kind, currency, calendar text, interval_s integer, price_min, price_max, jump_frac double
--    precision, active boolean, n_bars, first_ts, last_ts bigint
SELECT i.id, i.symbol, i.title, i.kind, i.currency, i.calendar, i.interval_s, i.price_min, i.price_max, i.jump_frac,
       i.active, b.n_bars,
       (SELECT extract(epoch FROM ts)::bigint FROM bar
         WHERE instrument_id = i.id AND interval_s = i.interval_s ORDER BY ts LIMIT 1) AS first_ts,
       (SELECT extract(epoch FROM ts)::bigint FROM bar
         WHERE instrument_id = i.id AND interval_s = i.interval_s ORDER BY ts DESC LIMIT 1) AS last_ts
  FROM instrument i
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(rows_new), 0)::bigint AS n_bars FROM load
         WHERE instrument_id = i.id AND interval_s = i.interval_s AND state = 'stored') b
 WHERE ($1::boolean OR i.active) AND ($2::text IS NULL OR lower(i.symbol) = lower($2::text))
 ORDER BY i.symbol
