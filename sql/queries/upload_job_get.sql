-- A claimed job, for the process that works it.
-- $1 bigint job; $2 integer attempt
-- -> as upload_job_claim; no row: it is somebody else's by now
SELECT id, upload_id, load_id, attempt, max_attempts, kind, requested_by, address
  FROM load_job WHERE id = $1::bigint AND attempt = $2::integer AND state = 'running'
