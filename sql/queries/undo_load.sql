-- Takes a stored load back.
-- $1 bigint load
-- -> removed, restored bigint
SELECT removed, restored FROM load_undo($1::bigint)
