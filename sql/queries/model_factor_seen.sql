-- A kept factor is still good as of a later snapshot.
-- $1 bigint model id; $2 pg_snapshot
UPDATE model_factor SET snapshot = $2::pg_snapshot WHERE model_id = $1::bigint;
