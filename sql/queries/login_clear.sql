-- After a right login: the account's failures are forgotten, the address gets
-- back only this one attempt, so that who owns one account cannot use it to
-- guess others for ever.
-- $1 text the account's key; $2 text the address's key
WITH account AS (
    DELETE FROM login_throttle WHERE key = $1
)
UPDATE login_throttle SET failures = failures - 1, locked_until = NULL
 WHERE key = $2;
