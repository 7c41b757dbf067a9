-- One version of a model, and which one is active.
-- $1 text model name; $2 bigint version
-- -> model_id; version_id, state (null: no such version); active bigint (its version; null: none)
SELECT m.id AS model_id, v.id AS version_id, v.state,
       (SELECT version FROM model_version WHERE model_id = m.id AND state = 'active') AS active
  FROM model m
  LEFT JOIN model_version v ON v.model_id = m.id AND v.version = $2::bigint
 WHERE m.name = $1::text;
