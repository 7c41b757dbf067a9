-- The same password under today's limits.
-- $1 bigint id; $2 text password hash
UPDATE app_user SET password_hash = $2 WHERE id = $1::bigint;
