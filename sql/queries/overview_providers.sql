-- Providers with what is left of their limits, when they last answered, and what last went wrong with them.
-- -> title text, enabled boolean, rate_per_minute, burst, tokens double precision (now),
--    blocked_s double precision (0: free), success_at bigint (null: never), fault_at bigint (null: none),
--    fault_kind text, fault_run bigint
SELECT p.title, p.enabled, p.rate_per_minute, p.burst,
       coalesce(least(p.burst, b.tokens + greatest(extract(epoch FROM now() - b.refilled_at), 0)
                                          * p.rate_per_minute / 60), p.burst)::double precision AS tokens,
       coalesce(greatest(extract(epoch FROM b.blocked_until - now()), 0), 0)::double precision AS blocked_s,
       extract(epoch FROM l.created_at)::bigint AS success_at,
       extract(epoch FROM b.fault_at)::bigint AS fault_at, b.fault_kind, b.fault_run
  FROM provider p
  LEFT JOIN rate_bucket b ON b.provider = p.name
  LEFT JOIN LATERAL (SELECT created_at FROM load WHERE load.provider = p.name ORDER BY created_at DESC LIMIT 1) l ON true
 ORDER BY p.priority, p.name
 LIMIT 50;
