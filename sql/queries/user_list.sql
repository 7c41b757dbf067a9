-- All users by name, with when each was last seen.
-- -> as user_find; seen_at bigint, null when no session is left
SELECT id, name, password_hash, role, time_zone, totp_sealed, totp_enabled, totp_last, disabled,
       floor(extract(epoch FROM created_at))::bigint AS created_at,
       floor(extract(epoch FROM password_at))::bigint AS password_at,
       (SELECT floor(extract(epoch FROM max(seen_at)))::bigint FROM session s WHERE s.user_id = u.id) AS seen_at
  FROM app_user u
 ORDER BY lower(name);
