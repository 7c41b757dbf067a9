-- Models by name, each with its active version, the newest one, the shadow and what the active one's live errors are.
-- $1 text: those after this name; $2 integer at most so many
-- -> name, title, target, unit text (of errors; may be empty), enabled boolean, method text,
--    active bigint (version; null: none), since bigint (when it was activated), fitted_at, rows bigint,
--    r2, rmse, holdout_rmse double precision (of the active one), newest bigint (version; null: none),
--    newest_state text, newest_returned boolean, shadow bigint (version; null: none), shadow_rows, shadow_seen bigint,
--    live_rows, live_seen bigint, live_rmse, live_band double precision (null: no band)
SELECT m.name, m.title, i.symbol AS target, m.enabled, m.method,
       CASE WHEN m.target_transform = 'log' THEN 'in ln' WHEN m.target_transform = 'return' THEN 'of 1'
            WHEN m.target_field = 'volume' OR i.currency = 'XXX' THEN '' ELSE i.currency END AS unit,
       v.version AS active, extract(epoch FROM a.at)::bigint AS since,
       extract(epoch FROM v.fitted_at)::bigint AS fitted_at, v.rows, v.r2, v.rmse, v.holdout_rmse,
       n.version AS newest, n.state AS newest_state, n.returned_at IS NOT NULL AS newest_returned,
       s.version AS shadow, coalesce(s.shadow_rows, m.shadow_rows) AS shadow_rows, w.seen AS shadow_seen,
       m.live_rows, e.seen AS live_seen, e.rmse AS live_rmse, m.live_band
  FROM model m
  JOIN instrument i ON i.id = m.target_id
  LEFT JOIN model_version v ON v.model_id = m.id AND v.state = 'active'
  LEFT JOIN model_version s ON s.model_id = m.id AND s.state = 'shadow'
  LEFT JOIN LATERAL (SELECT version, state, returned_at FROM model_version
                      WHERE model_id = m.id ORDER BY version DESC LIMIT 1) n ON true
  LEFT JOIN LATERAL (SELECT at FROM model_activation
                      WHERE model_id = m.id ORDER BY at DESC, id DESC LIMIT 1) a ON v.id IS NOT NULL
  LEFT JOIN LATERAL (SELECT count(*) AS seen, sqrt(avg((predicted - actual) ^ 2)) AS rmse
                       FROM (SELECT predicted, actual FROM model_error
                              WHERE version_id = v.id ORDER BY ts DESC LIMIT m.live_rows) latest) e ON true
  LEFT JOIN LATERAL (SELECT count(*) AS seen FROM model_error WHERE version_id = s.id) w ON true
 WHERE m.name > $1::text
 ORDER BY m.name
 LIMIT $2::integer;
