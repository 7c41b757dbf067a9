-- Begins a step, or goes on with it.
-- $1 bigint step; $2 text worker
-- -> attempt, max_attempts bigint, timeout_s double precision; no row: the run is no longer this worker's
UPDATE step s
   SET state = 'running', attempt = s.attempt + 1, started_at = coalesce(s.started_at, clock_timestamp()),
       finished_at = NULL, error = NULL
  FROM run r
 WHERE s.id = $1::bigint AND r.id = s.run_id AND r.worker = $2::text AND r.state = 'running'
RETURNING s.attempt, s.max_attempts, s.timeout_s::double precision AS timeout_s
