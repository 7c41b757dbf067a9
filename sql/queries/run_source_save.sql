-- What is known of one source of a step.
-- $1 bigint step; $2 text worker; $3 text source; $4 bigint instrument, or NULL; $5 text provider, or NULL
-- $6 text state; $7 bigint attempts made since the last save; $8 text error kind; $9 text error; $10 text next action
-- (each NULL: none); $11 text detail; $12 to $15 bigint rows new, same, changed, refused to add
-- -> step_id bigint; no row: the run is no longer this worker's
INSERT INTO step_source AS ss (step_id, source, instrument_id, provider, state, attempts, error_kind, error, next_action,
                               detail, rows_new, rows_same, rows_changed, rows_refused, started_at, finished_at)
SELECT s.id, $3::text, $4::bigint, $5::text, $6::text, $7::bigint, $8::text, $9::text, $10::text, $11::text,
       $12::bigint, $13::bigint, $14::bigint, $15::bigint, clock_timestamp(),
       CASE WHEN $6::text NOT IN ('queued', 'running') THEN clock_timestamp() END
  FROM step s JOIN run r ON r.id = s.run_id
 WHERE s.id = $1::bigint AND r.worker = $2::text AND r.state = 'running'
ON CONFLICT (step_id, source) DO UPDATE
   SET provider = coalesce(excluded.provider, ss.provider), state = excluded.state,
       attempts = ss.attempts + excluded.attempts, error_kind = excluded.error_kind, error = excluded.error,
       next_action = excluded.next_action, detail = excluded.detail, rows_new = ss.rows_new + excluded.rows_new,
       rows_same = ss.rows_same + excluded.rows_same, rows_changed = ss.rows_changed + excluded.rows_changed,
       rows_refused = ss.rows_refused + excluded.rows_refused,
       started_at = coalesce(ss.started_at, excluded.started_at), finished_at = excluded.finished_at
RETURNING step_id
