-- $1 bigint id; $2 text sealed secret, or null; $3 boolean enabled;
-- $4 bigint last time step used
UPDATE app_user SET totp_sealed = $2, totp_enabled = $3::boolean, totp_last = $4::bigint
 WHERE id = $1::bigint;
