-- $1 bigint id; $2 text password hash
UPDATE app_user SET password_hash = $2, password_at = now() WHERE id = $1::bigint;
