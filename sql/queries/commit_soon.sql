-- Lets this transaction's commit return before it is on disk (a fraction of a second later it is, and so is everything
-- before the next commit that waits). Only for what may be lost with the server's last moments.
SELECT set_config('synchronous_commit', 'off', true)
