-- $1 text hash of the token
UPDATE session SET seen_at = now() WHERE token_hash = $1;
