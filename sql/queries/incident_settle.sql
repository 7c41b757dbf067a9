-- Makes the deliveries that are owed of incidents, as core/incident.h says, and settles the closed ones of which nothing
-- is owed any more.
-- $1 integer incidents in one delivery, at most
-- -> told bigint: deliveries made; next_s float8: until more may be owed by time alone (null: nothing will be)
WITH incident AS MATERIALIZED (
    SELECT id, severity, tags, tell_at, closed_at, acked_at FROM alert_incident WHERE NOT settled
), quiet AS MATERIALIZED (
    SELECT silence, until FROM silence_now
), hush AS MATERIALIZED ( -- it is silenced while all that fired is
    SELECT e.incident_id, min(n.until) AS until
      FROM incident i
      JOIN alert_event e ON e.incident_id = i.id AND e.kind IN ('fired', 'data_lost')
      LEFT JOIN LATERAL (SELECT max(until) AS until FROM quiet WHERE silence_covers(silence, e, i.tags)) n ON true
     WHERE EXISTS (SELECT FROM quiet)
     GROUP BY 1
    HAVING bool_and(n.until IS NOT NULL)
), rule AS MATERIALIZED (
    SELECT i.id AS incident_id, r.id, r.channels, r.tell_resolved, r.remind_s, r.escalate_s, r.escalate_to
      FROM incident i
      JOIN (SELECT DISTINCT incident_id, rule_id FROM alert_event WHERE incident_id IN (SELECT id FROM incident)) e
           ON e.incident_id = i.id
      JOIN alert_rule r ON r.id = e.rule_id
), target AS MATERIALIZED ( -- who is told of it
    SELECT i.id AS incident_id, c.id AS channel_id, min(nullif(r.remind_s, 0)) * interval '1 second' AS remind
      FROM incident i
      JOIN rule r ON r.incident_id = i.id
      JOIN channel c ON c.enabled AND CASE WHEN r.channels IS NULL THEN i.severity = ANY (c.severities)
                                           ELSE c.id = ANY (r.channels) END
     GROUP BY 1, 2
), told AS MATERIALIZED (
    SELECT di.incident_id, d.channel_id, min(d.created_at) FILTER (WHERE d.kind = 'opened') AS opened_at,
           max(d.created_at) FILTER (WHERE d.kind IN ('opened', 'reminder')) AS last_at,
           bool_or(d.kind = 'escalated') AS escalated, bool_or(d.kind = 'resolved') AS resolved,
           bool_or(d.state IN ('waiting', 'sending')) AS under_way,
           bool_or(d.kind IN ('opened', 'escalated') AND d.state NOT IN ('dead', 'dropped')) AS knows
      FROM incident i
      JOIN delivery_incident di ON di.incident_id = i.id
      JOIN delivery d ON d.id = di.delivery_id
     GROUP BY 1, 2
), opened AS MATERIALIZED (
    SELECT t.incident_id, t.channel_id, i.tell_at AS due_at, i.closed_at
      FROM target t
      JOIN incident i ON i.id = t.incident_id
      LEFT JOIN told USING (incident_id, channel_id)
     WHERE told.opened_at IS NULL
       AND (i.closed_at IS NULL OR i.closed_at = now() AND i.tell_at <= now())
), owed AS MATERIALIZED (
    SELECT incident_id, channel_id, 'opened' AS kind, due_at FROM opened
    UNION ALL
    SELECT t.incident_id, t.channel_id, 'reminder',
           greatest(coalesce(told.last_at, i.tell_at) + t.remind,
                    CASE WHEN told.last_at IS NULL THEN now() + t.remind
                         WHEN told.under_way THEN now() + interval '1 minute' END)
      FROM target t
      JOIN incident i ON i.id = t.incident_id AND i.closed_at IS NULL AND i.acked_at IS NULL
      LEFT JOIN told USING (incident_id, channel_id)
     WHERE t.remind IS NOT NULL
    UNION ALL
    SELECT i.id, c.id, 'escalated',
           min(coalesce(f.at, CASE WHEN w.incident_id IS NULL THEN i.tell_at ELSE greatest(i.tell_at, now()) END)
               + r.escalate_s * interval '1 second')
      FROM rule r
      JOIN incident i ON i.id = r.incident_id AND i.closed_at IS NULL AND i.acked_at IS NULL
      LEFT JOIN (SELECT incident_id, min(opened_at) AS at FROM told GROUP BY 1) f ON f.incident_id = i.id
      LEFT JOIN (SELECT DISTINCT incident_id FROM target) w ON w.incident_id = i.id
      JOIN channel c ON c.enabled AND c.id = ANY (r.escalate_to)
      LEFT JOIN told ON told.incident_id = i.id AND told.channel_id = c.id
     WHERE r.escalate_s > 0 AND told.escalated IS NOT TRUE
     GROUP BY 1, 2
    UNION ALL
    SELECT i.id, k.channel_id, 'resolved', now()
      FROM incident i
      JOIN (SELECT incident_id, channel_id FROM told WHERE knows AND NOT resolved
            UNION SELECT incident_id, channel_id FROM opened) k ON k.incident_id = i.id
      JOIN channel c ON c.id = k.channel_id AND c.enabled
      LEFT JOIN (SELECT incident_id, bool_or(tell_resolved) AS wanted FROM rule GROUP BY 1) r ON r.incident_id = i.id
     WHERE i.closed_at IS NOT NULL AND coalesce(r.wanted, true)
), due AS MATERIALIZED (
    SELECT o.*, (row_number() OVER (PARTITION BY channel_id, kind ORDER BY incident_id) - 1) / $1::integer AS part
      FROM owed o
     WHERE due_at <= now() AND NOT EXISTS (SELECT FROM hush WHERE hush.incident_id = o.incident_id)
), message AS MATERIALIZED (
    SELECT d.channel_id, d.kind, d.part, gen_random_uuid() AS key, c.name, c.kind = 'console' AS shown,
           (array_agg(i.severity ORDER BY array_position('{info,warning,critical}', i.severity) DESC))[1] AS severity,
           CASE WHEN count(*) = 1 THEN min(i.title) ELSE count(*) || ' incidents' END AS title
      FROM due d JOIN channel c ON c.id = d.channel_id JOIN alert_incident i ON i.id = d.incident_id
     GROUP BY 1, 2, 3, c.id
), made AS (
    INSERT INTO delivery (key, channel_id, channel_name, kind, severity, state, title, sent_at)
    SELECT key, channel_id, name, kind, severity, CASE WHEN shown THEN 'sent' ELSE 'waiting' END,
           CASE WHEN shown THEN title END, CASE WHEN shown THEN now() END
      FROM message
     ORDER BY array_position('{opened,reminder,escalated,resolved}', kind), channel_id, part
    RETURNING id, key
), tied AS (
    INSERT INTO delivery_incident (delivery_id, incident_id)
    SELECT made.id, due.incident_id
      FROM made JOIN message USING (key) JOIN due USING (channel_id, kind, part)
), shown AS (
    UPDATE channel SET sent_at = now() WHERE id IN (SELECT channel_id FROM message WHERE shown)
), settled AS (
    UPDATE alert_incident i SET settled = true
      FROM incident n
     WHERE n.id = i.id AND n.closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM hush WHERE hush.incident_id = i.id)
)
SELECT (SELECT count(*) FROM message) AS told,
       extract(epoch FROM least((SELECT min(until) FROM hush),
                                (SELECT min(due_at) FROM owed WHERE due_at > now()
                                    AND NOT EXISTS (SELECT FROM hush WHERE hush.incident_id = owed.incident_id)))
                          - now())::float8 AS next_s
