-- Tokens, newest first.
-- $1 text name of whose, null for everybody's
-- -> id bigint; name, scope, user_name, created_by, last_address text;
-- created_at, last_used_at, expires_at, revoked_at bigint (Unix seconds; the
-- last three may be null)
SELECT t.id, t.name, t.scope, u.name AS user_name, t.created_by, t.last_address,
       floor(extract(epoch FROM t.created_at))::bigint AS created_at,
       floor(extract(epoch FROM t.last_used_at))::bigint AS last_used_at,
       floor(extract(epoch FROM t.expires_at))::bigint AS expires_at,
       floor(extract(epoch FROM t.revoked_at))::bigint AS revoked_at
  FROM api_token t JOIN app_user u ON u.id = t.user_id
 WHERE $1::text IS NULL OR u.name = $1::text
 ORDER BY t.id DESC;
