-- Ends a user's sessions but one.
-- $1 bigint user id; $2 text hash of the token that stays, '' for none
DELETE FROM session WHERE user_id = $1::bigint AND token_hash <> $2;
