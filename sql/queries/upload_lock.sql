-- Locks an upload's row until the transaction ends.
-- $1 bigint upload (0: none)
SELECT id FROM upload WHERE id = $1::bigint FOR NO KEY UPDATE
