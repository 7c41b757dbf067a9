-- A version answers from now on.
-- $1 bigint version id
UPDATE model_version SET state = 'active' WHERE id = $1::bigint;
