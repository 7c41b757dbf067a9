-- Finds runs whose worker is gone: its lease ended, or its lock is free and it was silent for three seconds (of which
-- the server was up). Each is queued again, or ends as lost when its attempts are used up.
-- -> id, attempt, max_attempts bigint, state text (what it is now), worker text (who it was)
WITH dead AS (
    SELECT r.id, r.worker
      FROM run r
     WHERE r.state = 'running'
       AND (greatest(r.lease_until, pg_postmaster_start_time() + interval '3 seconds') < clock_timestamp()
            OR greatest(r.heartbeat_at, pg_postmaster_start_time()) < clock_timestamp() - interval '3 seconds'
               AND NOT EXISTS (
                   SELECT FROM pg_locks l
                    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND (l.classid::bigint << 32) + l.objid::bigint = r.id * 4096 + r.attempt % 4096))
       FOR UPDATE SKIP LOCKED
), again AS (
    UPDATE run r
       SET state = CASE WHEN r.cancel_by IS NOT NULL THEN 'cancelled'
                        WHEN r.attempt < r.max_attempts THEN 'queued' ELSE 'lost' END,
           worker = NULL, lease_until = NULL,
           finished_at = CASE WHEN r.cancel_by IS NOT NULL OR r.attempt >= r.max_attempts
                              THEN clock_timestamp() END,
           error = CASE WHEN r.cancel_by IS NOT NULL THEN 'cancelled by ' || r.cancel_by
                        WHEN r.attempt < r.max_attempts
                        THEN 'the worker ' || dead.worker || ' went silent; the run goes on where it was left'
                        ELSE 'the worker went silent in each of ' || r.attempt || ' attempts; it is not tried again'
                        END
      FROM dead
     WHERE r.id = dead.id
    RETURNING r.id, r.attempt, r.max_attempts, r.state, dead.worker
), steps AS (
    UPDATE step s
       SET state = CASE again.state WHEN 'queued' THEN 'queued' WHEN 'cancelled' THEN 'cancelled' ELSE 'failed' END,
           finished_at = CASE again.state WHEN 'queued' THEN NULL ELSE clock_timestamp() END,
           error = CASE again.state WHEN 'lost' THEN 'the worker went silent' END
      FROM again
     WHERE s.run_id = again.id
       AND (s.state = 'running' OR s.state = 'queued' AND again.state = 'cancelled')
    RETURNING s.id, s.state
), sources AS (
    UPDATE step_source ss
       SET state = CASE steps.state WHEN 'queued' THEN 'queued' ELSE 'cancelled' END
      FROM steps
     WHERE ss.step_id = steps.id AND ss.state = 'running'
)
SELECT id, attempt, max_attempts, state, worker FROM again ORDER BY id
