-- The active version of a model steps back.
-- $1 bigint model id
UPDATE model_version SET state = 'retired' WHERE model_id = $1::bigint AND state = 'active';
