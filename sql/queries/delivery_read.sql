-- What a delivery tells: of each rule and subject the newest event. One row without an event for a test.
-- $1 bigint delivery; $2 integer at most so many
-- -> incidents, n (events in all), rule_id (may be null), incident_id, at_ts bigint; channel, asked_by (may be null), kind
--    (null: no event), rule_name, event_severity, subject, text, note, incident_title, incident_severity text;
--    left_value, right_value float8
WITH told AS (
    SELECT DISTINCT ON (e.incident_id, e.rule_id, e.rule_name, e.subject)
           e.id, e.incident_id, e.rule_id, e.rule_name, e.severity, e.kind, e.subject, e.text, e.at, e.left_value,
           e.right_value
      FROM delivery_incident di JOIN alert_event e ON e.incident_id = di.incident_id
     WHERE di.delivery_id = $1::bigint AND NOT e.retroactive
     ORDER BY e.incident_id, e.rule_id, e.rule_name, e.subject, e.id DESC
)
SELECT d.channel_name AS channel, d.asked_by,
       (SELECT count(*) FROM delivery_incident WHERE delivery_id = d.id) AS incidents,
       count(t.id) OVER () AS n, t.kind, t.rule_id, t.rule_name, t.severity AS event_severity, t.subject, t.text,
       coalesce(r.note, '') AS note, floor(extract(epoch FROM t.at))::bigint AS at_ts, t.left_value, t.right_value,
       t.incident_id, i.title AS incident_title, i.severity AS incident_severity
  FROM delivery d
  LEFT JOIN told t ON true
  LEFT JOIN alert_incident i ON i.id = t.incident_id
  LEFT JOIN alert_rule r ON r.id = t.rule_id
 WHERE d.id = $1::bigint
 ORDER BY t.incident_id, t.id
 LIMIT $2::integer;
