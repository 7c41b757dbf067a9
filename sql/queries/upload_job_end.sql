-- A job is done, if it still is this attempt's.
-- $1 bigint job; $2 integer attempt
UPDATE load_job SET state = 'done', finished_at = clock_timestamp(), error = NULL
 WHERE id = $1::bigint AND attempt = $2::integer AND state = 'running'
