-- Whom a living token belongs to; no row when it is not good.
-- $1 text hash
-- -> id, user_id bigint; user_name, role, time_zone, scope text;
-- is_used_old boolean: due for token_touch
SELECT t.id, t.user_id, u.name AS user_name, u.role, u.time_zone, t.scope,
       coalesce(t.last_used_at < now() - interval '1 minute', true) AS is_used_old
  FROM api_token t JOIN app_user u ON u.id = t.user_id AND NOT u.disabled
 WHERE t.token_hash = $1
   AND t.revoked_at IS NULL
   AND (t.expires_at IS NULL OR t.expires_at > now());
