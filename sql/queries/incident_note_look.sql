-- The open incidents that states belong to.
-- $1 bigint[] rules, $2 text[] subjects of the states
-- -> nth integer (from 0), incident_id bigint, owner_id bigint (null: the installation's), shared boolean
SELECT (w.nth - 1)::integer AS nth, i.id AS incident_id, i.owner_id, i.shared
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY w (rule_id, subject, nth)
  JOIN alert_state s ON s.rule_id = w.rule_id AND s.subject = w.subject
  JOIN alert_incident i ON i.id = s.incident_id AND i.closed_at IS NULL
 ORDER BY i.id
