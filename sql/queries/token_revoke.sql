-- Revokes a token and tells what it was; no row when there is none such.
-- $1 bigint id; $2 text name of whose it must be, null for anyone's
-- -> user_name, name, scope text; expires_at bigint (may be null);
-- was_revoked boolean
WITH old AS (
    SELECT t.id, u.name AS user_name, t.name, t.scope, t.expires_at, t.revoked_at
      FROM api_token t JOIN app_user u ON u.id = t.user_id
     WHERE t.id = $1::bigint AND ($2::text IS NULL OR u.name = $2::text)
       FOR UPDATE OF t
), changed AS (
    UPDATE api_token t SET revoked_at = now()
      FROM old WHERE t.id = old.id AND old.revoked_at IS NULL
)
SELECT user_name, name, scope, floor(extract(epoch FROM expires_at))::bigint AS expires_at,
       revoked_at IS NOT NULL AS was_revoked
  FROM old;
