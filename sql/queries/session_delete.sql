-- Ends one session of a user.
-- $1 text hash of the token; $2 bigint user id
DELETE FROM session WHERE token_hash = $1 AND user_id = $2::bigint;
