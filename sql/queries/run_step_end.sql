-- Ends a step.
-- $1 bigint step; $2 text worker; $3 text state; $4 text error in words, or NULL; $5 text detail
-- -> id bigint; no row: the run is no longer this worker's
UPDATE step s
   SET state = $3::text, error = $4::text, detail = $5::text, finished_at = clock_timestamp()
  FROM run r
 WHERE s.id = $1::bigint AND r.id = s.run_id AND r.worker = $2::text AND r.state = 'running'
RETURNING s.id
