-- $1 bigint id; $2 text role
UPDATE app_user SET role = $2 WHERE id = $1::bigint;
