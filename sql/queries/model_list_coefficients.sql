-- Coefficients of a model's active version, the intercept first.
-- $1 text model name
-- -> name text, value, std_error double precision (null: not known)
SELECT c.name, c.value, c.std_error
  FROM model m
  JOIN model_version v ON v.model_id = m.id AND v.state = 'active'
  JOIN coefficient c ON c.version_id = v.id
 WHERE m.name = $1::text
 ORDER BY c.position;
