-- The sources of a step that have not ended have failed: its time is up.
-- $1 bigint step; $2 text worker; $3 text error; $4 text next action
UPDATE step_source ss
   SET state = 'failed', error_kind = 'timeout', error = $3::text, next_action = $4::text,
       finished_at = clock_timestamp()
  FROM step s JOIN run r ON r.id = s.run_id
 WHERE s.id = $1::bigint AND r.worker = $2::text AND r.state = 'running'
   AND ss.step_id = s.id AND ss.state IN ('queued', 'running')
