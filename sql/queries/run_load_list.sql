-- What a process step has to store: responses that are archived and not stored yet, with all that parsing and judging
-- them needs; by instrument, then in the order in which they were fetched, checks last.
-- $1 bigint run whose responses, or NULL: of any run that is not at work
-- $2 bigint[] instruments, NULL: all; $3 text[] providers, NULL: all
-- -> id, instrument_id bigint, symbol text, interval_s integer, price_min, price_max, jump_frac double precision,
--    calendar, provider, driver, provider_symbol, spec text, from_ts, to_ts bigint, http_status integer,
--    archive_hash text, is_check boolean (to be compared, not stored), is_ranged boolean (its run is asked for exactly some bars), ranges text (those of them that the
--    response may have: first and last opening time, separated by blanks)
SELECT l.id, l.instrument_id, i.symbol, l.interval_s, i.price_min, i.price_max, i.jump_frac, i.calendar, l.provider,
       p.driver, l.provider_symbol, p.spec::text AS spec, extract(epoch FROM l.from_ts)::bigint AS from_ts,
       extract(epoch FROM l.to_ts)::bigint AS to_ts, l.http_status, l.archive_hash,
       l.kind = 'check' AS is_check,
       EXISTS (SELECT FROM run_range g WHERE g.run_id = l.run_id) AS is_ranged,
       (SELECT string_agg(extract(epoch FROM g.from_ts)::bigint || ' ' || extract(epoch FROM g.to_ts)::bigint, ' '
                          ORDER BY g.from_ts)
          FROM run_range g
         WHERE g.run_id = l.run_id AND g.instrument_id = l.instrument_id AND g.interval_s = l.interval_s
           AND g.from_ts <= l.to_ts AND g.to_ts >= l.from_ts) AS ranges
  FROM load l
  JOIN instrument i ON i.id = l.instrument_id
  JOIN provider p ON p.name = l.provider
  LEFT JOIN run r ON r.id = l.run_id
 WHERE l.state = 'fetched' AND l.kind IN ('provider', 'check')
   AND CASE WHEN $1::bigint IS NULL THEN r.state IS NULL OR r.state NOT IN ('queued', 'running')
            ELSE l.run_id = $1::bigint END
   AND ($2::bigint[] IS NULL OR l.instrument_id = ANY ($2::bigint[]))
   AND ($3::text[] IS NULL OR l.provider = ANY ($3::text[]))
 ORDER BY i.symbol, is_check, l.id
