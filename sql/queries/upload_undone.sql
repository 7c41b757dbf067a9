-- The loads of an upload are undone.
-- $1 bigint upload; $2 bigint run (null: none)
UPDATE upload SET state = 'undone', error = NULL, run_id = coalesce($2::bigint, run_id) WHERE id = $1::bigint
