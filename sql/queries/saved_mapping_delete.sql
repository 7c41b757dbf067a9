-- Deletes a saved mapping.
-- $1 bigint id
-- -> name text; no row: there is none
DELETE FROM saved_mapping WHERE id = $1::bigint RETURNING name
