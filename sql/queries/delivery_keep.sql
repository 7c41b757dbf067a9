-- The text of the first try.
-- $1 bigint id; $2 text title; $3 text body
UPDATE delivery SET title = $2, body = $3 WHERE id = $1::bigint AND body IS NULL;
