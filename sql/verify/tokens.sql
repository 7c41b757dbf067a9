SELECT id, user_id, name, token_hash, scope, created_at, created_by, expires_at, revoked_at, last_used_at, last_address
  FROM api_token WHERE false;
