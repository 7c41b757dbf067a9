-- Coefficients of one version, the intercept first.
-- $1 text model name; $2 bigint version
-- -> name, value, std_error (null: none)
SELECT c.name, c.value, c.std_error
  FROM model m
  JOIN model_version v ON v.model_id = m.id AND v.version = $2::bigint
  JOIN coefficient c ON c.version_id = v.id
 WHERE m.name = $1::text
 ORDER BY c.position;
