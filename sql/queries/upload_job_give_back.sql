-- A job that did not come to its end: queued again after a pause, or failed.
-- $1 bigint job; $2 integer attempt; $3 boolean it may be tried again; $4 boolean the attempt counts; $5 double
-- precision pause in seconds; $6 text why
-- -> state text (what it is now); no row: it is somebody else's by now
WITH j AS (
    UPDATE load_job
       SET state = CASE WHEN $3::boolean AND (NOT $4::boolean OR attempt < max_attempts)
                        THEN 'queued' ELSE 'failed' END,
           finished_at = CASE WHEN $3::boolean AND (NOT $4::boolean OR attempt < max_attempts)
                              THEN NULL ELSE clock_timestamp() END,
           attempt = attempt - CASE WHEN $4::boolean THEN 0 ELSE 1 END,
           not_before = clock_timestamp() + $5::double precision * interval '1 second', worker = NULL, error = $6::text
     WHERE id = $1::bigint AND attempt = $2::integer AND state = 'running'
    RETURNING upload_id, kind, state, error, attempt
), u AS (
    UPDATE upload
       SET state = CASE j.kind WHEN 'undo' THEN 'stored' ELSE 'failed' END,
           error = j.error || CASE WHEN $3::boolean THEN ' (after ' || j.attempt || ' attempts)' ELSE '' END
      FROM j
     WHERE upload.id = j.upload_id AND j.state = 'failed' AND upload.state IN ('checking', 'storing', 'undoing')
)
SELECT state FROM j
