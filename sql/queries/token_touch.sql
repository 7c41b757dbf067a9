-- $1 bigint id; $2 text the client's address
UPDATE api_token SET last_used_at = now(), last_address = $2 WHERE id = $1::bigint;
