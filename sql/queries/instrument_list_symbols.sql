-- Instruments by symbol, retired ones too, with what is stored of each at its own interval.
-- $1 text only symbols after this one; $2 integer limit
-- -> symbol, title, kind, currency, calendar text, interval_s integer, active boolean, n_bars bigint,
--    first_ts, last_ts bigint (null: no bar), intervals jsonb (null: none): [[interval_s, first ts, last ts], ...] of
--    those that have bars, shortest first
SELECT i.symbol, i.title, i.kind, i.currency, i.calendar, i.interval_s, i.active,
       (SELECT coalesce(sum(rows_new), 0)::bigint FROM load
         WHERE instrument_id = i.id AND interval_s = i.interval_s AND state = 'stored') AS n_bars,
       (SELECT extract(epoch FROM ts)::bigint FROM bar
         WHERE instrument_id = i.id AND interval_s = i.interval_s ORDER BY ts LIMIT 1) AS first_ts,
       (SELECT extract(epoch FROM ts)::bigint FROM bar
         WHERE instrument_id = i.id AND interval_s = i.interval_s ORDER BY ts DESC LIMIT 1) AS last_ts,
       (SELECT jsonb_agg(jsonb_build_array(v.s, extract(epoch FROM f.ts)::bigint, extract(epoch FROM l.ts)::bigint) ORDER BY v.s)
          FROM (VALUES (60), (300), (900), (3600), (14400), (86400)) v (s)
          CROSS JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = v.s
                               ORDER BY ts LIMIT 1) f
          CROSS JOIN LATERAL (SELECT ts FROM bar WHERE instrument_id = i.id AND interval_s = v.s
                               ORDER BY ts DESC LIMIT 1) l) AS intervals
  FROM instrument i
 WHERE lower(i.symbol) > lower($1::text)
 ORDER BY lower(i.symbol)
 LIMIT $2::integer;
