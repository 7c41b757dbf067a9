-- Channels in the order of their names, and how it goes with them.
-- $1 bigint this one only, null: all
-- -> id, version, sent_at, fault_at (Unix seconds, may be null), n_waiting, n_dead, n_rules bigint; name, kind, settings,
--    fault (may be null) text; enabled, severity_info, severity_warning, severity_critical boolean
WITH owed AS (
    SELECT channel_id, count(*) FILTER (WHERE state <> 'dead') AS n_waiting, count(*) FILTER (WHERE state = 'dead') AS n_dead
      FROM delivery
     WHERE state IN ('waiting', 'sending', 'dead') AND ($1::bigint IS NULL OR channel_id = $1::bigint)
     GROUP BY channel_id
), named AS (
    SELECT channel_id, count(*) AS n_rules
      FROM (SELECT DISTINCT r.id, channel_id FROM alert_rule r, unnest(r.channels || r.escalate_to) AS channel_id) AS each
     GROUP BY channel_id
)
SELECT c.id, c.version, c.name, c.kind, c.enabled, c.settings,
       'info' = ANY (c.severities) AS severity_info, 'warning' = ANY (c.severities) AS severity_warning,
       'critical' = ANY (c.severities) AS severity_critical,
       floor(extract(epoch FROM c.sent_at))::bigint AS sent_at, floor(extract(epoch FROM c.fault_at))::bigint AS fault_at,
       c.fault, coalesce(o.n_waiting, 0) AS n_waiting, coalesce(o.n_dead, 0) AS n_dead, coalesce(n.n_rules, 0) AS n_rules
  FROM channel c
  LEFT JOIN owed o ON o.channel_id = c.id
  LEFT JOIN named n ON n.channel_id = c.id
 WHERE $1::bigint IS NULL OR c.id = $1::bigint
 ORDER BY lower(c.name);
