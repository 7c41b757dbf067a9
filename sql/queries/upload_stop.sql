-- Ends the check or store under way and leaves the upload to be looked at again.
-- $1 bigint upload; $2 text in words
-- -> id bigint; no row: nothing is under way
WITH u AS (
    UPDATE upload SET state = 'failed', error = $2::text
     WHERE id = $1::bigint AND state IN ('checking', 'storing')
    RETURNING id
), j AS (
    UPDATE load_job SET state = 'cancelled', finished_at = clock_timestamp()
      FROM u
     WHERE load_job.upload_id = u.id AND load_job.state IN ('queued', 'running')
)
SELECT id FROM u
