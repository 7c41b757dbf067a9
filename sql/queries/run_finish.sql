-- Ends a run that this worker holds, and wakes who waits for its instruments.
-- $1 bigint run; $2 text worker; $3 text state; $4 text error in words, or NULL
-- -> id bigint; no row: the run is no longer this worker's
UPDATE run
   SET state = $3::text, error = $4::text, finished_at = clock_timestamp(), lease_until = NULL
 WHERE id = $1::bigint AND worker = $2::text AND state = 'running'
RETURNING id, pg_notify('run_queued', '')
