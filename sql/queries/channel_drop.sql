-- What waits for a channel is not sent any more.
-- $1 bigint channel
UPDATE delivery SET state = 'dropped'
 WHERE channel_id = $1::bigint AND state = 'waiting' AND kind <> 'test';
