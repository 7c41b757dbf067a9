-- $1 text name, any case
-- -> every column that code needs of a user; times in Unix seconds
SELECT id, name, password_hash, role, time_zone, totp_sealed, totp_enabled, totp_last, disabled,
       floor(extract(epoch FROM created_at))::bigint AS created_at,
       floor(extract(epoch FROM password_at))::bigint AS password_at
  FROM app_user
 WHERE lower(name) = lower($1);
