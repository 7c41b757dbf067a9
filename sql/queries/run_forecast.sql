-- What a run would ask for: each source with the providers that can be asked, in that order.
-- $1 bigint[] instruments, NULL: all active; $2 text[] providers, NULL: all enabled; $3 bigint now
-- -> instrument_id bigint, interval_s integer, weekdays integer (sessions a week), first_ts, last_ts bigint (stored; NULL: none),
--    provider, driver text, rate_per_minute, burst, tokens, latency_ms, blocked_s double precision,
--    max_parallel integer, place bigint (1: asked first), cross_check boolean (rule agreement is not off)
SELECT i.id AS instrument_id, i.interval_s, length(replace(c.weekdays::integer::bit(7)::text, '0', '')) AS weekdays,
       (SELECT extract(epoch FROM ts)::bigint FROM bar
         WHERE instrument_id = i.id AND interval_s = i.interval_s ORDER BY ts LIMIT 1) AS first_ts,
       (SELECT extract(epoch FROM ts)::bigint FROM bar
         WHERE instrument_id = i.id AND interval_s = i.interval_s AND ts <= to_timestamp($3::bigint)
         ORDER BY ts DESC LIMIT 1) AS last_ts,
       l.provider, l.driver, l.rate_per_minute, l.burst, l.max_parallel,
       coalesce(least(l.burst, k.tokens + l.rate_per_minute / 60
                * greatest(extract(epoch FROM clock_timestamp() - k.refilled_at), 0)), l.burst) AS tokens,
       greatest(coalesce(extract(epoch FROM k.blocked_until - clock_timestamp()), 0), 0)::double precision AS blocked_s,
       (SELECT avg(elapsed_ms)
          FROM (SELECT elapsed_ms FROM load WHERE instrument_id = i.id AND provider = l.provider
                 ORDER BY id DESC LIMIT 5) recent) AS latency_ms,
       l.place, coalesce(own.severity, rule.severity, 'off') <> 'off' AS cross_check
  FROM instrument i
  JOIN calendar c ON c.name = i.calendar
 CROSS JOIN LATERAL (
       SELECT x.provider, p.driver, p.rate_per_minute, p.burst, p.max_parallel,
              row_number() OVER (ORDER BY x.priority, p.priority, x.id) AS place
         FROM listing x JOIN provider p ON p.name = x.provider
        WHERE x.instrument_id = i.id AND x.enabled AND p.enabled
          AND ($2::text[] IS NULL OR p.name = ANY ($2::text[]))) l
  LEFT JOIN validation_rule rule ON rule.name = 'agreement'
  LEFT JOIN instrument_rule own ON own.rule = rule.name AND own.instrument_id = i.id
  LEFT JOIN rate_bucket k ON k.provider = l.provider
 WHERE i.active AND ($1::bigint[] IS NULL OR i.id = ANY ($1::bigint[]))
 ORDER BY i.symbol, l.place
