-- Marks the sources of a step that are still to do as under way.
-- $1 bigint step
UPDATE step_source SET state = 'running', started_at = coalesce(started_at, clock_timestamp()), error_kind = NULL,
       error = NULL, next_action = NULL, finished_at = NULL
 WHERE step_id = $1::bigint AND state <> 'succeeded'
