-- $1 text hash of the token; $2 bigint user id; $3 text CSRF token;
-- $4 text address; $5 text the browser's name
INSERT INTO session (token_hash, user_id, csrf, address, agent)
VALUES ($1, $2::bigint, $3, $4, $5);
