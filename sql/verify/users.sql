SELECT id, name, password_hash, role, time_zone, totp_sealed, totp_enabled, totp_last, disabled, created_at,
       password_at
  FROM app_user WHERE false;
SELECT token_hash, user_id, csrf, created_at, seen_at, address, agent FROM session WHERE false;
SELECT key, failures, locked_until, updated_at FROM login_throttle WHERE false;
SELECT id, at, who, action, object, before, after, address FROM audit_log WHERE false;
SELECT 'app_user_name'::regclass;
