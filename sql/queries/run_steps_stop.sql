-- Ends the steps of a run that have not ended: those under way get the state, those to come are skipped, unless the run
-- was cancelled.
-- $1 bigint run; $2 text worker; $3 text state of the step under way; $4 text error in words
WITH stopped AS (
    UPDATE step s
       SET state = CASE WHEN s.state = 'running' OR $3::text = 'cancelled' THEN $3::text ELSE 'skipped' END,
           error = CASE s.state WHEN 'running' THEN $4::text END, finished_at = clock_timestamp()
      FROM run r
     WHERE r.id = $1::bigint AND r.worker = $2::text AND r.state = 'running' AND s.run_id = r.id
       AND s.state IN ('queued', 'running')
    RETURNING s.id
)
UPDATE step_source ss
   SET state = CASE $3::text WHEN 'cancelled' THEN 'cancelled' ELSE 'failed' END, finished_at = clock_timestamp(),
       error = coalesce(ss.error, $4::text)
  FROM stopped
 WHERE ss.step_id = stopped.id AND ss.state IN ('queued', 'running')
