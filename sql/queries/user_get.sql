-- $1 bigint id
-- -> as user_find
SELECT id, name, password_hash, role, time_zone, totp_sealed, totp_enabled, totp_last, disabled,
       floor(extract(epoch FROM created_at))::bigint AS created_at,
       floor(extract(epoch FROM password_at))::bigint AS password_at
  FROM app_user
 WHERE id = $1::bigint;
