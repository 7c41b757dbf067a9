-- A new token of somebody who may log in; no row when there is none such.
-- $1 text user's name, any case; $2 text name; $3 text hash; $4 text scope;
-- $5 text who makes it; $6 bigint days until it ends, 0 for never
-- -> id bigint; user_name, name, scope text; expires_at bigint (may be null)
WITH made AS (
    INSERT INTO api_token (user_id, name, token_hash, scope, created_by, expires_at)
    SELECT u.id, $2, $3, $4, $5,
           CASE WHEN $6::bigint > 0 THEN now() + $6::bigint * interval '1 day' END
      FROM app_user u
     WHERE lower(u.name) = lower($1) AND NOT u.disabled
    RETURNING *
)
SELECT made.id, u.name AS user_name, made.name, made.scope,
       floor(extract(epoch FROM made.expires_at))::bigint AS expires_at
  FROM made JOIN app_user u ON u.id = made.user_id;
