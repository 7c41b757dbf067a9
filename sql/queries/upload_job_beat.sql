-- Says that a job goes on, and how far it is.
-- $1 bigint job; $2 integer attempt; $3 bigint bytes; $4 bigint rows
UPDATE load_job SET heartbeat_at = clock_timestamp(), bytes_done = $3::bigint, rows_done = $4::bigint
 WHERE id = $1::bigint AND attempt = $2::integer AND state = 'running'
