-- Open incidents with some tags, oldest first.
-- $1 text[] tags, each once
-- -> incident_id, owner_id bigint (null: the installation's), shared boolean, tag text
SELECT i.id AS incident_id, i.owner_id, i.shared, t.tag
  FROM alert_incident i
 CROSS JOIN LATERAL unnest(i.tags) AS t (tag)
  JOIN unnest($1::text[]) AS w (tag) ON w.tag = t.tag
 WHERE NOT i.settled AND i.closed_at IS NULL
 ORDER BY i.id
