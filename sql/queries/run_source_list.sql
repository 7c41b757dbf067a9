-- The sources of all steps of a run; in each step failed ones first, then by name.
-- $1 bigint run
-- -> step_id bigint, source, provider, state, error_kind, error, next_action, detail text, attempts, rows_new,
--    rows_same, rows_changed, rows_refused, started_at, finished_at bigint, seconds double precision
SELECT ss.step_id, ss.source, ss.provider, ss.state, ss.error_kind, ss.error, ss.next_action, ss.detail, ss.attempts,
       ss.rows_new, ss.rows_same, ss.rows_changed, ss.rows_refused,
       extract(epoch FROM ss.started_at)::bigint AS started_at,
       extract(epoch FROM ss.finished_at)::bigint AS finished_at,
       extract(epoch FROM coalesce(ss.finished_at, clock_timestamp()) - ss.started_at)::double precision AS seconds
  FROM step s
  JOIN step_source ss ON ss.step_id = s.id
 WHERE s.run_id = $1::bigint
 ORDER BY s.seq, ss.state <> 'failed', ss.source
