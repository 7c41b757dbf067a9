-- Finds jobs whose worker is gone: its lock is free and it was silent for three seconds (of which the server was up).
-- Each is queued again, or fails when its attempts are used up; then so does its check or store, and the load of an
-- undo stays stored.
-- -> id, attempt, max_attempts bigint, state text (what it is now), worker text (who it was)
WITH dead AS (
    SELECT j.id, j.worker
      FROM load_job j
     WHERE j.state = 'running'
       AND greatest(j.heartbeat_at, pg_postmaster_start_time()) < clock_timestamp() - interval '3 seconds'
       AND NOT EXISTS (
           SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32) + l.objid::bigint = -(j.id * 4096 + j.attempt % 4096))
       FOR UPDATE SKIP LOCKED
), again AS (
    UPDATE load_job j
       SET state = CASE WHEN j.attempt < j.max_attempts THEN 'queued' ELSE 'failed' END, worker = NULL,
           finished_at = CASE WHEN j.attempt >= j.max_attempts THEN clock_timestamp() END,
           error = CASE WHEN j.attempt < j.max_attempts THEN 'its worker died'
                        ELSE 'its worker died in each of ' || j.attempt || ' attempts; nothing was '
                             || CASE j.kind WHEN 'undo' THEN 'undone' ELSE 'stored' END
                             || '. The worker''s log says more; then it can be tried again' END
      FROM dead
     WHERE j.id = dead.id
    RETURNING j.id, j.kind, j.upload_id, j.attempt, j.max_attempts, j.state, j.error, dead.worker
), failed AS (
    UPDATE upload u
       SET state = CASE again.kind WHEN 'undo' THEN 'stored' ELSE 'failed' END, error = again.error
      FROM again
     WHERE u.id = again.upload_id AND again.state = 'failed' AND u.state IN ('checking', 'storing', 'undoing')
)
SELECT id, attempt, max_attempts, state, worker FROM again ORDER BY id
