-- The newest undo that was asked for a load, or for a load of the same upload.
-- $1 bigint load
-- -> state, requested_by, error text, attempt, max_attempts, queued_at, finished_at bigint
SELECT j.state, j.requested_by, j.error, j.attempt, j.max_attempts, extract(epoch FROM j.queued_at)::bigint AS queued_at,
       extract(epoch FROM j.finished_at)::bigint AS finished_at
  FROM load l
  JOIN load s ON s.id = l.id OR s.upload_id = l.upload_id
  JOIN load_job j ON j.load_id = s.id AND j.kind = 'undo'
 WHERE l.id = $1::bigint
 ORDER BY j.id DESC LIMIT 1
