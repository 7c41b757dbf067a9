-- Discards an upload and ends what is under way for it.
-- $1 bigint upload
-- -> id bigint; no row: its state does not allow it
WITH u AS (
    UPDATE upload SET state = 'discarded', error = NULL
     WHERE id = $1::bigint AND state IN ('received', 'checking', 'checked', 'storing', 'failed')
    RETURNING id
), j AS (
    UPDATE load_job SET state = 'cancelled', finished_at = clock_timestamp()
      FROM u
     WHERE load_job.upload_id = u.id AND load_job.state IN ('queued', 'running')
)
SELECT id FROM u
