-- Uploads, newest first, each with its newest job.
-- $1 bigint this one only, or NULL; $2 bigint older than this id, or NULL; $3 integer limit
-- -> id, bytes, plain_bytes bigint, name, archive_hash, packing, source, uploaded_by, state, format, mapping, answers,
--    symbols (JSON arrays) text, auto_store boolean, rows_all, rows_new, rows_same, rows_changed, rows_refused,
--    rows_flagged bigint, error text, run_id, created_at, checked_at, stored_at bigint, load_id bigint (its first
--    stored or undone load), job_id bigint, job_kind, job_state, job_by, job_error text, job_attempt, job_max_attempts,
--    bytes_done, rows_done, job_started_at bigint, job_seconds double precision, job_silent boolean
SELECT u.id, u.name, u.archive_hash, u.bytes, u.plain_bytes, u.packing, u.source, u.uploaded_by, u.state, u.format,
       u.mapping::text AS mapping, to_jsonb(u.answers)::text AS answers, to_jsonb(u.symbols)::text AS symbols, u.auto_store, u.rows_all,
       u.rows_new, u.rows_same, u.rows_changed, u.rows_refused, u.rows_flagged, u.error, u.run_id,
       extract(epoch FROM u.created_at)::bigint AS created_at, extract(epoch FROM u.checked_at)::bigint AS checked_at,
       extract(epoch FROM u.stored_at)::bigint AS stored_at,
       (SELECT l.id FROM load l
         WHERE l.upload_id = u.id AND l.state IN ('stored', 'undone')
         ORDER BY l.state = 'undone', l.id LIMIT 1) AS load_id,
       j.id AS job_id, j.kind AS job_kind, j.state AS job_state, j.requested_by AS job_by, j.error AS job_error,
       j.attempt AS job_attempt, j.max_attempts AS job_max_attempts, j.bytes_done, j.rows_done,
       extract(epoch FROM j.started_at)::bigint AS job_started_at,
       extract(epoch FROM coalesce(j.finished_at, clock_timestamp()) - j.started_at)::double precision AS job_seconds,
       coalesce(j.state = 'running' AND j.heartbeat_at < clock_timestamp() - interval '5 seconds', false) AS job_silent
  FROM upload u
  LEFT JOIN LATERAL (
       SELECT * FROM load_job WHERE upload_id = u.id ORDER BY id DESC LIMIT 1) j ON true
 WHERE ($1::bigint IS NULL OR u.id = $1::bigint)
   AND ($2::bigint IS NULL OR u.id < $2::bigint)
 ORDER BY u.id DESC LIMIT $3::integer
