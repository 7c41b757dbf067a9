-- A dead delivery waits again, with all its tries.
-- $1 bigint id; $2 text who
UPDATE delivery SET state = 'waiting', attempts = 0, not_before = now(), asked_by = $2
 WHERE id = $1::bigint AND state = 'dead' AND channel_id IS NOT NULL;
