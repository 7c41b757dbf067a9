-- What answers for a model now, and what should be behind it; one row for each coefficient, the intercept first.
-- $1 text model name; $2 bigint the time that data is judged by
-- -> version (null: none active), rows, r2, rmse, fitted_at, last_ts, simulated; due_ts bigint (newest session of target
--    and inputs alike that has been overdue; null: none), failed_run bigint (the last run that should have retrained it,
--    when that failed; else null), failed_words text, coefficient text (its name), value
WITH m AS (
    SELECT m.id, m.name, m.target_id || array(SELECT instrument_id FROM model_input WHERE model_id = m.id) AS instruments
      FROM model m WHERE m.name = $1::text
), due AS (
    SELECT max(d.day) AS ts
      FROM generate_series(date_trunc('day', to_timestamp($2::bigint) AT TIME ZONE 'UTC') - interval '60 days',
                           to_timestamp($2::bigint) AT TIME ZONE 'UTC', interval '1 day') AS d (day)
     WHERE NOT EXISTS (
           SELECT FROM m JOIN instrument i ON i.id = ANY (m.instruments) JOIN calendar c ON c.name = i.calendar
            WHERE (c.weekdays >> (extract(isodow FROM d.day)::integer - 1)) & 1 = 0
               OR d.day + c.late_after + c.stale_after > to_timestamp($2::bigint) AT TIME ZONE 'UTC')
), last_run AS (
    SELECT r.id, r.state, r.error, s.state AS source_state, s.error AS source_error
      FROM m
      JOIN run r ON 'retrain' = ANY (r.steps) AND (r.instruments IS NULL OR r.instruments && m.instruments)
      LEFT JOIN step t ON t.run_id = r.id AND t.kind = 'retrain'
      LEFT JOIN step_source s ON s.step_id = t.id AND s.source = m.name
     WHERE r.state IN ('succeeded', 'partial', 'failed', 'timed_out', 'lost')
     ORDER BY r.id DESC LIMIT 1
)
SELECT v.version, v.rows, v.r2, v.rmse, extract(epoch FROM v.fitted_at)::bigint AS fitted_at,
       extract(epoch FROM v.last_ts)::bigint AS last_ts, coalesce(vr.simulated, false) AS simulated,
       extract(epoch FROM due.ts)::bigint AS due_ts, f.id AS failed_run,
       coalesce(f.source_error, f.error, f.state) AS failed_words, k.name AS coefficient, k.value
  FROM m
  CROSS JOIN due
  LEFT JOIN model_version v ON v.model_id = m.id AND v.state = 'active'
  LEFT JOIN run vr ON vr.id = v.run_id
  LEFT JOIN last_run f ON f.state IN ('failed', 'timed_out', 'lost') OR f.source_state = 'failed'
  LEFT JOIN coefficient k ON k.version_id = v.id
 ORDER BY k.position;
