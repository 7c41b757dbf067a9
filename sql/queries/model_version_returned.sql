-- A version is returned from: it does not come back by itself.
-- $1 bigint version id
UPDATE model_version SET returned_at = clock_timestamp() WHERE id = $1::bigint;
