-- What answers for a model now and how the last run that should have retrained it ended; one row for each coefficient,
-- the intercept first.
-- $1 text model name
-- -> calendars text[] as JSON (of target and inputs); version (null: none active), rows, r2, rmse, fitted_at, last_ts,
--    simulated; failed_run bigint (null: it did not fail), failed_words text; coefficient text (its name), value
WITH m AS (
    SELECT m.id, m.name, m.target_id || array(SELECT instrument_id FROM model_input WHERE model_id = m.id) AS instruments
      FROM model m WHERE m.name = $1::text
), last_run AS (
    SELECT r.id, r.state, r.error, s.state AS source_state, s.error AS source_error
      FROM m
      JOIN run r ON 'retrain' = ANY (r.steps) AND (r.instruments IS NULL OR r.instruments && m.instruments)
      LEFT JOIN step t ON t.run_id = r.id AND t.kind = 'retrain'
      LEFT JOIN step_source s ON s.step_id = t.id AND s.source = m.name
     WHERE r.state IN ('succeeded', 'partial', 'failed', 'timed_out', 'lost')
     ORDER BY r.id DESC LIMIT 1
)
SELECT (SELECT json_agg(DISTINCT i.calendar) FROM instrument i WHERE i.id = ANY (m.instruments)) AS calendars,
       v.version, v.rows, v.r2, v.rmse, extract(epoch FROM v.fitted_at)::bigint AS fitted_at,
       extract(epoch FROM v.last_ts)::bigint AS last_ts, coalesce(vr.simulated, false) AS simulated,
       f.id AS failed_run, coalesce(f.source_error, f.error, f.state) AS failed_words, k.name AS coefficient, k.value
  FROM m
  LEFT JOIN model_version v ON v.model_id = m.id AND v.state = 'active'
  LEFT JOIN run vr ON vr.id = v.run_id
  LEFT JOIN last_run f ON f.state IN ('failed', 'timed_out', 'lost') OR f.source_state = 'failed'
  LEFT JOIN coefficient k ON k.version_id = v.id
 ORDER BY k.position;
