-- What waits for a channel is tried now: it may have been mended.
-- $1 bigint channel
WITH hurried AS (
    UPDATE delivery SET not_before = now()
     WHERE channel_id = $1::bigint AND state = 'waiting' AND not_before > now()
    RETURNING id
)
SELECT pg_notify('alert_due', '') FROM hurried LIMIT 1;
