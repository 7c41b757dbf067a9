-- Whether a model is there, and how often a version of it was made active.
-- $1 text name
-- -> answered bigint; no row when there is no such model
SELECT (SELECT count(*) FROM model_activation WHERE model_id = m.id) AS answered FROM model m WHERE m.name = $1::text;
