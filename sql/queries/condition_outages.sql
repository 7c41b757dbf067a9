-- Providers that do not answer. Several that cannot be reached have one cause.
-- $1 text this provider only (NULL: any)
-- -> provider, title, fault_kind text, faults, since, success_at, blocked_until bigint (the last two may be null), tags text (lines)
SELECT provider, title, fault_kind, faults, extract(epoch FROM since)::bigint AS since,
       extract(epoch FROM success_at)::bigint AS success_at, ceil(extract(epoch FROM blocked_until))::bigint AS blocked_until,
       concat_ws(E'\n', CASE WHEN fault_kind = 'network' AND n_unreached > 1 THEN 'network' END, 'provider:' || provider) AS tags
  FROM (SELECT o.*, count(*) FILTER (WHERE fault_kind = 'network') OVER () AS n_unreached FROM provider_outage o) o
 WHERE $1::text IS NULL OR provider = $1::text
 ORDER BY provider
