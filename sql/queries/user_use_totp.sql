-- Marks a time step as used; touches no row when it was used already.
-- $1 bigint id; $2 bigint time step
UPDATE app_user SET totp_last = $2::bigint WHERE id = $1::bigint AND totp_last < $2::bigint;
