-- States belong to incidents, as long as they last.
-- $1 bigint[] rules, $2 text[] subjects of the states, each once; $3 bigint[] incidents
UPDATE alert_state s
   SET incident_id = CASE WHEN s.phase IN ('active', 'no_data') THEN n.incident_id END
  FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS n (rule_id, subject, incident_id)
 WHERE s.rule_id = n.rule_id AND s.subject = n.subject
   AND s.incident_id IS DISTINCT FROM CASE WHEN s.phase IN ('active', 'no_data') THEN n.incident_id END
