-- $1 bigint id
DELETE FROM channel WHERE id = $1::bigint;
