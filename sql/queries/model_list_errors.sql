-- Live errors of a model's active version and of the shadow, the newest of each, oldest first.
-- $1 text model name; $2 integer limit of each
-- -> state text ('active', 'shadow'), ts bigint, predicted, actual double precision
SELECT v.state, e.ts, e.predicted, e.actual
  FROM model m
  JOIN model_version v ON v.model_id = m.id AND v.state IN ('active', 'shadow')
 CROSS JOIN LATERAL (SELECT extract(epoch FROM ts)::bigint AS ts, predicted, actual FROM model_error
                      WHERE version_id = v.id ORDER BY model_error.ts DESC LIMIT $2::integer) e
 WHERE m.name = $1::text
 ORDER BY v.state, e.ts;
