-- $1 bigint id; $2 boolean
UPDATE app_user SET disabled = $2::boolean WHERE id = $1::bigint;
