-- The first and last plain bytes of an upload.
-- $1 bigint upload
-- -> head, tail bytea
SELECT head, tail FROM upload WHERE id = $1::bigint
